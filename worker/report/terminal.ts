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

/** One line that is drawn over itself; nothing if the stream is not a terminal. */
export function createLiveLine(stream: WriteStream): { draw(text: string): void; close(): void } {
  let isDrawn = false
  return {
    draw: (text) => {
      if (!stream.isTTY) return
      isDrawn = true
      // Some terminals do not report their width.
      stream.write(clearLine + text.slice(0, (stream.columns || 80) - 1))
    },
    close: () => {
      if (isDrawn) stream.write(clearLine)
      isDrawn = false
    }
  }
}

/** Shows an export's progress on one line of a terminal (standard error, so that results can be piped). */
export function createTerminalProgress(stream: WriteStream, nowMs: () => number): TerminalProgress {
  if (!stream.isTTY) return { close: () => {} }
  const progress = new ProgressModel()
  const line = createLiveLine(stream)
  let drawnMs = Number.NEGATIVE_INFINITY
  const draw = (text: string): void => {
    if (nowMs() - drawnMs < redrawEveryMs) return
    drawnMs = nowMs()
    line.draw(text)
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
    close: line.close
  }
}
