import type { WriteStream } from 'node:tty'
import type { QueryProgress } from '../athena/query.ts'
import { formatBytes, formatSeconds } from '../contract/units.ts'

const clearLine = '\r\u001b[2K'

/** One line of a terminal with the progress of a query; nothing if the stream is not a terminal. `close` removes it. */
export function createQueryProgress(
  stream: WriteStream,
  nowMs: () => number
): { readonly onProgress: (progress: QueryProgress) => void; readonly close: () => void } {
  if (!stream.isTTY) return { onProgress: () => {}, close: () => {} }
  const startedMs = nowMs()
  let isDrawn = false
  return {
    onProgress: (progress) => {
      isDrawn = true
      const text = queryProgressText(progress, (nowMs() - startedMs) / 1000)
      stream.write(clearLine + text.slice(0, (stream.columns || 80) - 1))
    },
    close: () => {
      if (isDrawn) stream.write(clearLine)
      isDrawn = false
    }
  }
}

/** `Running  1.2 GB scanned  8 s`. */
function queryProgressText({ state, scannedBytes }: QueryProgress, seconds: number): string {
  const name = `${state.slice(0, 1)}${state.slice(1).toLowerCase()}`
  return `${name}  ${formatBytes(scannedBytes)} scanned  ${formatSeconds(seconds)}`
}
