import { Duration } from 'aws-cdk-lib'
import type { LifecycleRule } from 'aws-cdk-lib/aws-s3'
import type { Deployment } from '../deployment.ts'

/*
 * What S3 removes by itself: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html. The bucket
 * has versions, so a rule that forgets the non-current ones would keep, and charge for, everything.
 */

/** How long a log that was deleted or overwritten can still be had back. */
const nonCurrentDays = 7
/** What a dead upload left is invisible and paid for. */
const staleUploadDays = 1

/** Where results of analysts go, and for how many days. */
export const analystResults = { folder: 'athena-results/', days: 7 } as const

/** Prefixes under which logs lie, each once, none within another. */
export function logRoots({ environment, logs }: Deployment): readonly string[] {
  const roots = [...environment.categories.values()].map(({ layout }) => logs.prefix + layout.template.split('{')[0]!)
  const distinct = [...new Set(roots)].sort()
  return distinct.filter((root) => !distinct.some((other) => other !== root && root.startsWith(other)))
}

/** The rules of a bucket of logs. */
export function logRules(deployment: Deployment): LifecycleRule[] {
  const { settings, logs } = deployment
  return [
    ...logRoots(deployment).map((root) => keep(`logs-${root}`, root, settings.retentionDays)),
    keep('undelivered', `${logs.prefix}errors/`, settings.retentionDays),
    keep('analyst-results', logs.prefix + analystResults.folder, analystResults.days),
    ...tidying
  ]
}

/** The rules for what exports write, and for what the forwarder keeps beside it. */
export function resultRules({ config, settings, expiring, rejected }: Deployment): LifecycleRule[] {
  const { expiryDays } = config.output
  return [keep('results', expiring, expiryDays, 1), keep('rejected', rejected, settings.rejectedDays)]
}

/** For every bucket: dead uploads, and the markers that stay of what has expired. */
export const tidying: readonly LifecycleRule[] = [
  { id: 'stale-uploads', abortIncompleteMultipartUploadAfter: Duration.days(staleUploadDays) },
  { id: 'delete-markers', expiredObjectDeleteMarker: true }
]

function keep(id: string, prefix: string, days: number, nonCurrent = Math.min(days, nonCurrentDays)): LifecycleRule {
  return {
    id,
    ...(prefix !== '' && { prefix }),
    expiration: Duration.days(days),
    noncurrentVersionExpiration: Duration.days(nonCurrent)
  }
}
