import type { Config } from '../worker/contract/config.ts'

/** A bucket, and what its keys begin with: empty, or with a slash at the end. */
export interface BucketPlace {
  readonly bucket: string
  readonly prefix: string
}

/** What the expiry of results covers: the first folder of their prefix. */
export const expiringOf = (store: BucketPlace, { output }: Config): string =>
  `${store.prefix}${output.prefix.slice(0, output.prefix.indexOf('/') + 1)}`

/** Below it the forwarder keeps what sinks refused, by sink. */
export const rejectedOf = (store: BucketPlace, { forward }: Config): string =>
  `${store.prefix}${forward.prefix}rejected/`

/** `s3://bucket[/prefix]`; undefined for anything else. */
export function placeOf(url: string): BucketPlace | undefined {
  const found = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(url)
  if (!found) return undefined
  const path = (found[2] ?? '').replace(/\/+$/, '')
  return { bucket: found[1]!, prefix: path === '' ? '' : `${path}/` }
}
