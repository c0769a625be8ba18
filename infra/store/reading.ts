import { bucketArnOf, domainOf, objectsArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import type { Grant } from '../grant.ts'
import { logRoots } from './lifecycle.ts'

/*
 * Permissions to read logs and to store results. A GET request has no prefix. If a policy allows listing only with a
 * prefix, S3 answers "denied" instead of "not found" for a missing object: hence IfExists.
 */

/** Listing and reading the categories of an environment. */
export function readLogs(deployment: Deployment): readonly Grant[] {
  const roots = logRoots(deployment)
  return [
    listing(deployment, deployment.logs.bucket, roots),
    getting(deployment, deployment.logs.bucket, roots),
    ...keyUse(deployment)
  ]
}

/**
 * For an existing bucket with KMS keys: S3 uses them with the permissions of the reader or writer. A multipart upload
 * also decrypts (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html).
 */
export function keyUse({ settings, region }: Deployment): readonly Grant[] {
  if (settings.kmsKeys.length === 0) return []
  return [
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: settings.kmsKeys,
      conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.${domainOf(region)}` } }
    }
  ]
}

/** Listing below some prefixes; the empty prefix allows all. `also` are further actions on the bucket. */
export function listing(
  deployment: Deployment,
  bucket: string,
  prefixes: readonly string[],
  also: readonly string[] = []
): Grant {
  return {
    actions: ['s3:ListBucket', ...also],
    resources: [bucketArnOf(deployment, { bucket })],
    ...(!prefixes.includes('') && {
      conditions: { StringLikeIfExists: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } }
    })
  }
}

function getting(deployment: Deployment, bucket: string, prefixes: readonly string[]): Grant {
  return {
    actions: ['s3:GetObject'],
    resources: prefixes.map((prefix) => objectsArnOf(deployment, bucket, prefix)),
    because: 'The keys of log objects are made by time; only prefixes of categories are named'
  }
}
