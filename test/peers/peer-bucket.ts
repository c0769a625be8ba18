import { after } from 'node:test'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client
} from '@aws-sdk/client-s3'
import type { Store, StoreSettings } from '../../worker/contract/store.ts'

/*
 * One bucket of the server that run.ts has started, reached by the plain SDK client. Endpoint, region and credentials
 * stand in the environment, as a person would set them.
 */

const client = new S3Client({})

/** Creates the bucket of one test file: files run beside each other, and a bucket with fewer keys is listed faster. */
export async function createBucket(bucket: string): Promise<string> {
  if (process.env.AWS_ENDPOINT_URL_S3 === undefined) throw new Error('No server to test against: npm run test:peers')
  const region = process.env.AWS_REGION as 'ap-northeast-1'
  await client.send(
    new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: region } })
  )
  after(() => client.destroy())
  return bucket
}

/** A part of a bucket for one test. */
export interface PeerPlace {
  readonly settings: StoreSettings
  readonly client: S3Client
  /** Begins every key of the place. */
  readonly prefix: string
  put(key: string, bytes: Buffer): Promise<void>
  remove(key: string): Promise<void>
  /** Objects, and uploads that are not finished. */
  everything(): Promise<readonly string[]>
  /** Has {@link everything} look for unfinished uploads to this key. */
  watchKey(key: string): void
  /** The same for every key that the store is going to write. */
  watch(store: Store): Store
}

let places = 0

/** Makes a part that nothing else writes to. */
export function placeIn(bucket: string): PeerPlace {
  const prefix = `place ${places++}/`
  const watched = new Set<string>()
  return {
    settings: { url: `s3://${bucket}/${prefix}` },
    client,
    prefix,
    put: async (key, bytes) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + key, Body: bytes }))
    },
    remove: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + key }))
    },
    everything: async () => {
      const uploads = new Set<string>()
      // MinIO lists the unfinished uploads of a whole key only, S3 those below a prefix.
      for (const begin of [prefix, ...[...watched].map((key) => prefix + key)]) {
        for (const key of await unfinished(bucket, begin)) uploads.add(key)
      }
      const objects = await keysBelow(bucket, prefix)
      return [...objects, ...[...uploads].sort().map((key) => `unfinished ${key}`)].map((name) =>
        name.replace(prefix, '')
      )
    },
    watchKey: (key) => void watched.add(key),
    watch: (store) => {
      const write = store.write.bind(store)
      store.write = (key, ...rest) => {
        watched.add(key)
        return write(key, ...rest)
      }
      return store
    }
  }
}

async function keysBelow(bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = []
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })
  for await (const page of pages) for (const { Key } of page.Contents ?? []) keys.push(Key!)
  return keys
}

async function unfinished(bucket: string, prefix: string): Promise<string[]> {
  const { Uploads = [], IsTruncated } = await client.send(
    new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix })
  )
  if (IsTruncated) throw new Error('more unfinished uploads than any test begins')
  return Uploads.map(({ Key }) => Key!)
}
