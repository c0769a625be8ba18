import { Duration } from 'aws-cdk-lib'
import type { LifecycleRule } from 'aws-cdk-lib/aws-s3'
import { rootOf } from '../../worker/contract/layout.ts'
import type { Deployment } from '../deployment.ts'

/*
 * What S3 deletes by rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html. The
 * bucket has versions: without a limit for non-current ones, everything would stay and cost.
 */

/** How long a deleted or overwritten log can be restored. */
const nonCurrentDays = 7
/** Parts of an aborted upload are invisible, but cost. */
const staleUploadDays = 1

/** The folder of analysts' results, and how long they stay. */
export const analystResults = { folder: 'athena-results/', days: 7 } as const

/** The prefixes of logs, each once, none inside another. */
export function logRoots({ environment, logs }: Deployment): readonly string[] {
  const roots = [...environment.categories.values()].map(({ layout }) => logs.prefix + rootOf(layout))
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

/** The rules for results of exports, and for records that the forwarder stores as rejected. */
export function resultRules({ config, settings, expiring, rejected }: Deployment): LifecycleRule[] {
  const { expiryDays } = config.output
  return [keep('results', expiring, expiryDays, 1), keep('rejected', rejected, settings.rejectedDays)]
}

/** For every bucket: aborted uploads, and the delete markers of expired objects. */
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
