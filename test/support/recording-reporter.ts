import type { Job } from '../../worker/contract/job.ts'
import type { JobReporter, LiveProgress } from '../../worker/report/job-reporter.ts'

/** One thing a reporter was told. */
export interface Told {
  readonly what: 'running' | 'progress' | 'interrupted' | 'over'
  readonly job: Job
  readonly live?: LiveProgress
}

export interface RecordingReporter extends JobReporter {
  readonly told: Told[]
  /** What it was told, without progress: `running running`, `over complete`. */
  story(): string[]
}

/** Keeps all that it is told, and says that the asker was told. `last` holds the last messages up, as a silent Slack does. */
export function createRecordingReporter(last: () => Promise<void> = async () => {}): RecordingReporter {
  const told: Told[] = []
  return {
    told,
    story: () => told.filter(({ what }) => what !== 'progress').map(({ what, job }) => `${what} ${job.state}`),
    running: (job) => void told.push({ what: 'running', job }),
    progress: (job, live) => void told.push({ what: 'progress', job, live }),
    interrupted: (job) => {
      told.push({ what: 'interrupted', job })
      return last()
    },
    over: async (job) => {
      told.push({ what: 'over', job })
      await last()
      return true
    }
  }
}
