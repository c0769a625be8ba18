import type { ErrorCode } from './errors.ts'
import { formatBytes } from './units.ts'

/*
 * What the asker of a job is told of an error that ended it, and what may help. The operator's text is another: it names
 * buckets, keys and permissions, which the asker can do nothing about.
 */

/** What the words need. */
export interface FailedPlace {
  readonly environment: string
  readonly maxArchiveBytes: number
}

const toOperators = 'Nothing is wrong with your request: show the operators the job id below.'
const silentStore = ({ environment }: FailedPlace): string =>
  `The log store of ${environment} did not answer. Ask again in a few minutes; if it happens twice, tell the operators.`

const texts: Partial<Record<ErrorCode, (place: FailedPlace) => string>> = {
  denied: ({ environment }) => `iot-log may not read the logs of ${environment}. ${toOperators}`,
  'wrong-config': ({ environment }) => `iot-log is not set up to read these logs of ${environment}. ${toOperators}`,
  unavailable: silentStore,
  io: silentStore,
  'query-failed': ({ environment }) => `Athena did not answer for ${environment}. Ask again, or with engine=scan.`,
  'archive-too-large': ({ maxArchiveBytes }) =>
    `The result is larger than an archive may be (${formatBytes(maxArchiveBytes)}). Ask for fewer hours or one category.`
}

/** An error in plain words, for whoever asked. */
export function failureText(code: ErrorCode, place: FailedPlace): string {
  const unknown = 'Something went wrong inside the export. The operators find the reason in the log of this job.'
  return texts[code]?.(place) ?? unknown
}

/** Codes of errors, and of what Batch says of a dead job (`ingress/jobs/batch-event.ts`). */
const inVain = ['denied', 'wrong-config', 'wrong-words', 'image-pull', 'stuck']
const tooMuch = ['archive-too-large', 'out-of-memory', 'killed', 'timed-out']

/** What helps after a failure: asking again, asking for less, or nothing that the asker can do. */
export function remedyOf(code: string | undefined): 'again' | 'less' | 'none' {
  if (code === undefined) return 'again'
  if (inVain.includes(code)) return 'none'
  return tooMuch.includes(code) ? 'less' : 'again'
}
