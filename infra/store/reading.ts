import { bucketArnOf, domainOf, objectsArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import type { Grant } from '../grant.ts'
import { logRoots } from './lifecycle.ts'

/*
 * What it takes to read logs and to keep results. A policy that allows a listing by prefix alone makes S3 say "denied" to
 * a GET of what is not there, since such a request has no prefix: hence IfExists.
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
 * Where an existing bucket encrypts by keys of KMS: what S3 asks of them in the name of whoever reads or writes; a write
 * of parts decrypts, too (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html).
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

/** Only below a prefix, where one is given; with `also`, further actions of the same kind. */
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
