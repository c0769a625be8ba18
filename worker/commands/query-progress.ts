import type { WriteStream } from 'node:tty'
import type { QueryProgress } from '../athena/query.ts'
import { formatBytes, formatSeconds } from '../contract/units.ts'
import { createLiveLine } from '../report/terminal.ts'

/** One line of a terminal with the progress of a query; nothing if the stream is not a terminal. `close` removes it. */
export function createQueryProgress(
  stream: WriteStream,
  nowMs: () => number
): { readonly onProgress: (progress: QueryProgress) => void; readonly close: () => void } {
  const line = createLiveLine(stream)
  const startedMs = nowMs()
  return {
    onProgress: (progress) => line.draw(queryProgressText(progress, (nowMs() - startedMs) / 1000)),
    close: line.close
  }
}

/** `Running  1.2 GB scanned  8 s`. */
function queryProgressText({ state, scannedBytes }: QueryProgress, seconds: number): string {
  const name = `${state.slice(0, 1)}${state.slice(1).toLowerCase()}`
  return `${name}  ${formatBytes(scannedBytes)} scanned  ${formatSeconds(seconds)}`
}
