import type { JobProgress } from '../contract/job.ts'
import type { ExportListener } from '../export/export.ts'
import type { LiveProgress } from '../report/job-reporter.ts'
import { ProgressModel, percentAt } from '../report/progress.ts'

/*
 * The progress of an export as the asker sees it. Threads report ten times a second; less is passed on.
 */

/** The reporter has a pace of its own, which is slower. */
const reportEveryMs = 1_000
/** A read and a conditional put for each. */
const keepEveryMs = 5_000

export interface ProgressOptions {
  readonly report: (progress: LiveProgress) => void
  /** Writes it down; must not fail. One is under way at a time. */
  readonly keep: (progress: JobProgress) => Promise<void>
  readonly nowMs: () => number
}

/** Passes an export's progress on, at a bounded rate. */
export class ThrottledProgress {
  readonly #options: ProgressOptions
  readonly #model = new ProgressModel()
  #total = { objects: 0, storedBytes: 0 }
  #category = 0
  #reportedMs = Number.NEGATIVE_INFINITY
  #keptMs = Number.NEGATIVE_INFINITY
  #keeping: Promise<void> | undefined

  constructor(options: ProgressOptions) {
    this.#options = options
  }

  readonly listener: Required<Pick<ExportListener, 'onPlanned' | 'onProgress' | 'onCategory'>> = {
    onPlanned: (total) => {
      this.#total = total
      this.#model.begin(total, this.#options.nowMs())
      this.#pass()
    },
    onProgress: (step) => {
      this.#model.advance(step)
      this.#pass()
    },
    onCategory: (category) => {
      this.#category = category
    }
  }

  /** Resolves when nothing is being written down. */
  async settled(): Promise<void> {
    await this.#keeping
  }

  #pass(): void {
    const { nowMs: clock, report, keep } = this.#options
    const nowMs = clock()
    if (nowMs - this.#reportedMs >= reportEveryMs) {
      this.#reportedMs = nowMs
      report({ ...this.#progress(), category: this.#category, secondsLeft: this.#model.secondsLeft(nowMs) })
    }
    if (nowMs - this.#keptMs >= keepEveryMs && !this.#keeping) {
      this.#keptMs = nowMs
      this.#keeping = keep(this.#progress()).finally(() => {
        this.#keeping = undefined
      })
    }
  }

  #progress(): JobProgress {
    const { objects, passedBytes, lines } = this.#model.done
    const total = { totalObjects: this.#total.objects, totalBytes: this.#total.storedBytes }
    return { percent: percentAt(this.#model.fraction), objects, storedBytes: passedBytes, lines, ...total }
  }
}
