import type { JobResult } from '../../contract/job.ts'
import { type DamageReason, type NotRead, noOutcomes } from '../../contract/outcome.ts'
import { formatCount, formatNumber } from '../../contract/units.ts'

/*
 * What a partial result lacks: how much, why, and how to fix it.
 */

/** The counts of a result, with a zero for each that the document lacks. */
export function objectCounts({ objects }: JobResult): ReturnType<typeof noOutcomes> & { listed: number } {
  return { listed: 0, ...noOutcomes(), ...objects }
}

/** How many objects were not read to their end. */
export function missingCount(result: JobResult): number {
  const counts = objectCounts(result)
  return counts.unreadable + counts.archived + counts.vanished + counts.denied
}

/** The lines that say so. */
export function missingLines(result: JobResult): string[] {
  const counts = objectCounts(result)
  const missing = missingCount(result)
  const verb = missing === 1 ? 'was' : 'were'
  return [
    `*${formatNumber(missing)} of ${formatCount(counts.listed, 'object')} ${verb} not read to the end:*`,
    ...[...unreadableLines(result), ...refusedLines(result)].map((line) => `• ${line}`),
    'manifest.json in the zip lists each of them.'
  ]
}

/** Damage behind which the rest of an object can't be read. */
const damages = {
  truncated: 'cut short',
  'bad-crc': 'with a bad checksum',
  'trailing-bytes': 'with other bytes at the end',
  'ratio-limit': 'that unpack to far more bytes than logs do',
  'line-limit': 'with a line that is too long'
} as const satisfies Partial<Record<DamageReason, string>>

const otherReasons = {
  'bad-data': 'corrupt, or in an unsupported format (xz, bzip2, …)',
  io: 'that S3 did not return: try again',
  replaced: 'replaced during the export: try again'
} as const satisfies Partial<Record<DamageReason, string>>

function unreadableLines(result: JobResult): string[] {
  const reasons: Readonly<Record<string, number>> = result.unreadable ?? {}
  const known = Object.values(reasons).reduce((sum, count) => sum + count, 0)
  const damaged = counted(damages, reasons)
  // Documents of an earlier or later version may have fewer or more reasons.
  const unexplained = objectCounts(result).unreadable - known
  const unknown = Object.keys(reasons).filter((reason) => !(reason in damages) && !(reason in otherReasons))
  const others = unexplained + unknown.reduce((sum, reason) => sum + reasons[reason]!, 0)
  const all = [...damaged, ...(others > 0 ? [`${formatNumber(others)} damaged`] : [])]
  return [
    ...(all.length > 0 ? [`${all.join(', ')}: lines before the damage are kept`] : []),
    ...counted(otherReasons, reasons)
  ]
}

/** What the store would not give. */
const refusals = {
  archived: 'in cold storage: restore, then try again',
  vanished: 'deleted after the search started',
  denied: 'denied: operators must allow reading (s3:GetObject, kms:Decrypt)'
} as const satisfies Record<Exclude<NotRead['outcome'], 'unreadable'>, string>

const refusedLines = (result: JobResult): string[] => counted(refusals, objectCounts(result))

/** `2 cut short` for each that there is any of. */
function counted(phrases: Readonly<Record<string, string>>, counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(phrases).flatMap(([name, phrase]) => {
    const count = counts[name] ?? 0
    return count > 0 ? [`${formatNumber(count)} ${phrase}`] : []
  })
}
