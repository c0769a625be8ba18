import type { S3Client } from '@aws-sdk/client-s3'

/** The client of a bucket, and the parameters of its calls. */
export interface S3Bucket {
  readonly client: S3Client
  /** The parameters of every call: the bucket, its owner, who pays. */
  readonly common: {
    readonly Bucket: string
    readonly ExpectedBucketOwner?: string
    readonly RequestPayer?: 'requester'
  }
  /** The S3 key of a key of the store. */
  fullKey(key: string): string
}
