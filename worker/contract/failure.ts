import type { ErrorCode } from './errors.ts'
import { formatBytes } from './units.ts'

/*
 * The error text of a failed job for its user, and what may help. The operator's text is separate: it names buckets, keys
 * and permissions, which the user can't change.
 */

/** What the texts need. */
export interface FailedPlace {
  readonly environment: string
  readonly maxArchiveBytes: number
}

const toOperators = 'Your request is correct: send the job id below to the operators.'
const silentStore = ({ environment }: FailedPlace): string =>
  `The log store of ${environment} did not respond. Retry in a few minutes. If it fails twice, contact the operators.`

const texts: Partial<Record<ErrorCode, (place: FailedPlace) => string>> = {
  denied: ({ environment }) => `iot-log has no permission to read the logs of ${environment}. ${toOperators}`,
  'wrong-config': ({ environment }) => `iot-log is not configured to read these logs of ${environment}. ${toOperators}`,
  unavailable: silentStore,
  io: silentStore,
  'query-failed': ({ environment }) => `Athena failed for ${environment}. Retry, or add engine=scan.`,
  'archive-too-large': ({ maxArchiveBytes }) =>
    `The result is larger than the limit of an archive (${formatBytes(maxArchiveBytes)}). Request fewer hours or one category.`
}

/** The text of an error for the user. */
export function failureText(code: ErrorCode, place: FailedPlace): string {
  const unknown = 'The export failed with an internal error. The operators can find the reason in the log of this job.'
  return texts[code]?.(place) ?? unknown
}

/** Codes of errors, and of the jobs that AWS Batch ended (`ingress/jobs/batch-event.ts`). */
const inVain = ['denied', 'wrong-config', 'wrong-words', 'image-pull', 'stuck']
const tooMuch = ['archive-too-large', 'out-of-memory', 'killed', 'timed-out']

/** What helps after a failure: the same request again, a smaller one, or nothing that the user can do. */
export function remedyOf(code: string | undefined): 'again' | 'less' | 'none' {
  if (code === undefined) return 'again'
  if (inVain.includes(code)) return 'none'
  return tooMuch.includes(code) ? 'less' : 'again'
}
