import type { S3Client } from '@aws-sdk/client-s3'

/** How a bucket is called: by its client, with what each call carries. */
export interface S3Bucket {
  readonly client: S3Client
  /** What every call carries: the bucket, its owner, who pays. */
  readonly common: {
    readonly Bucket: string
    readonly ExpectedBucketOwner?: string
    readonly RequestPayer?: 'requester'
  }
  /** A key of the store as S3 knows it. */
  fullKey(key: string): string
}
