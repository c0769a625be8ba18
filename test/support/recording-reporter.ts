import type { Job } from '../../worker/contract/job.ts'
import type { JobReporter, LiveProgress } from '../../worker/report/job-reporter.ts'

/** One call of a reporter. */
export interface ReporterCall {
  readonly what: 'running' | 'progress' | 'interrupted' | 'over'
  readonly job: Job
  readonly live?: LiveProgress
}

export interface RecordingReporter extends JobReporter {
  readonly calls: ReporterCall[]
  /** The calls without progress: `running running`, `over complete`. */
  story(): string[]
}

/** Keeps all calls and confirms delivery. `last` holds the last messages up, as a silent Slack does. */
export function createRecordingReporter(last: () => Promise<void> = async () => {}): RecordingReporter {
  const calls: ReporterCall[] = []
  return {
    calls,
    story: () => calls.filter(({ what }) => what !== 'progress').map(({ what, job }) => `${what} ${job.state}`),
    running: (job) => void calls.push({ what: 'running', job }),
    progress: (job, live) => void calls.push({ what: 'progress', job, live }),
    interrupted: (job) => {
      calls.push({ what: 'interrupted', job })
      return last()
    },
    over: async (job) => {
      calls.push({ what: 'over', job })
      await last()
      return true
    }
  }
}
