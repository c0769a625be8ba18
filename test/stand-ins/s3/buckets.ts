import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksums.ts'
import { S3Error, s3Error } from './errors.ts'
import type { NewObjectProperties } from './object-headers.ts'
import type { Pieces } from './pieces.ts'
import { header, type S3Request } from './request.ts'
import type { Storage } from './storage.ts'

export interface Bucket {
  readonly name: string
  readonly region: string
  /** The account it belongs to. */
  readonly owner: string
  readonly requesterPays: boolean
  readonly storage: Storage
  readonly createdMs: number
  /** By their id, in the order they began. */
  readonly uploads: Map<string, Upload>
}

/** A multipart upload under way. */
export interface Upload {
  readonly id: string
  readonly key: string
  readonly initiatedMs: number
  readonly properties: NewObjectProperties
  readonly algorithm: ChecksumAlgorithm | undefined
  readonly checksumType: ChecksumType
  readonly parts: Map<number, Part>
}

export interface Part {
  readonly number: number
  readonly size: number
  readonly etag: string
  readonly checksum: Checksum | undefined
  readonly content: Pieces
  readonly lastModifiedMs: number
}

/** What holds for every request to a bucket: where it is, whose it is, who pays. */
export function checkBucket(request: S3Request, bucket: Bucket, region: string): void {
  if (bucket.region !== region) throw redirect(bucket)
  const expectedOwner = header(request, 'x-amz-expected-bucket-owner')
  if (expectedOwner !== undefined && expectedOwner !== bucket.owner) throw s3Error('AccessDenied')
  if (!bucket.requesterPays) return
  const payer = header(request, 'x-amz-request-payer') ?? request.query.get('x-amz-request-payer')
  if (payer !== 'requester') throw s3Error('AccessDenied')
}

function redirect({ name, region }: Bucket): Error {
  const { status, code, message } = s3Error('PermanentRedirect')
  const details = { Endpoint: `${name}.s3.${region}.amazonaws.com`, Bucket: name }
  return new S3Error(status, code, message, details, { 'x-amz-bucket-region': region })
}
