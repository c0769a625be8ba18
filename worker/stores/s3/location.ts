import { IotLogError } from '../../contract/errors.ts'

/** A bucket, or the keys in it that begin with a prefix. */
export interface S3Location {
  readonly bucket: string
  /** The common start of the store's keys: empty, or ends with a slash. */
  readonly prefix: string
}

/** Bucket naming rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const location = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s

export const isS3Url = (url: string): boolean => url.startsWith('s3:')

/** Splits `s3://bucket[/prefix]`. Keys are not percent-encoded. @throws IotLogError (`wrong-config`) */
export function parseS3Url(url: string): S3Location {
  const found = location.exec(url)
  if (!found) throw new IotLogError('wrong-config', `Not s3://bucket[/prefix]: ${url}`, { subject: url })
  const path = (found[2] ?? '').replace(/\/$/, '')
  return { bucket: found[1]!, prefix: path === '' ? '' : `${path}/` }
}

/** `s3://bucket/prefix/key`, for people. */
export function urlOf({ bucket, prefix, key }: S3Location & { readonly key?: string }): string {
  return `s3://${bucket}/${prefix}${key ?? ''}`.replace(/\/$/, '')
}
