import type { WriteStream } from 'node:tty'
import { formatCount } from '../contract/units.ts'
import type { ExportListener } from '../export/export.ts'
import { ProgressModel, progressText } from './progress.ts'

const redrawEveryMs = 100
const clearLine = '\r\u001b[2K'

/** A live line on a terminal; nothing if the stream is not a terminal. `close` removes the line. */
export interface TerminalProgress extends ExportListener {
  close(): void
}

/** Shows an export's progress on one line of a terminal (standard error, so that results can be piped). */
export function createTerminalProgress(stream: WriteStream, nowMs: () => number): TerminalProgress {
  if (!stream.isTTY) return { close: () => {} }
  const progress = new ProgressModel()
  let isDrawn = false
  let drawnMs = Number.NEGATIVE_INFINITY
  const draw = (text: string): void => {
    if (nowMs() - drawnMs < redrawEveryMs) return
    drawnMs = nowMs()
    isDrawn = true
    // Some terminals do not report their width.
    stream.write(clearLine + text.slice(0, (stream.columns || 80) - 1))
  }
  return {
    onListed: (objects) => draw(`Listing  ${formatCount(objects, 'object')}`),
    onPlanned: (total, { engines, reason }) => {
      progress.begin(total, nowMs())
      // A query may take minutes without progress: the user should know the reason.
      if (engines.includes('athena')) stream.write(`${clearLine}Querying Athena: ${reason}\n`)
    },
    onProgress: (step) => {
      progress.advance(step)
      draw(`Reading  ${progressText(progress, nowMs())}`)
    },
    close: () => {
      if (isDrawn) stream.write(clearLine)
      isDrawn = false
    }
  }
}
