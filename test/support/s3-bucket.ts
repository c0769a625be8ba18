import { after } from 'node:test'
import type { StoreSettings } from '../../worker/contract/store.ts'
import { type S3Server, type S3ServerOptions, startS3Server } from '../stand-ins/s3/server.ts'

/** A server for one test file: its endpoint and credentials stand in the environment, as a person would set them. */
export async function serveS3(options: S3ServerOptions = {}): Promise<S3Server> {
  const server = await startS3Server({ buckets: { logs: {} }, ...options })
  Object.assign(process.env, server.environment())
  after(() => server.close())
  return server
}

/** A part of the bucket `logs` for one test. */
export interface S3Place {
  readonly settings: StoreSettings
  put(key: string, bytes: Buffer): Promise<void>
  remove(key: string): Promise<void>
  /** Objects, and uploads that are not finished. */
  everything(): Promise<readonly string[]>
}

let places = 0

/** Makes a part that nothing else writes to. Requests are given up after `patienceMs`. */
export function placeIn(server: S3Server, patienceMs = 2_000): S3Place {
  const prefix = `place ${places++}/`
  const ownNames = (names: readonly string[]): string[] =>
    names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  return {
    settings: { url: `s3://logs/${prefix}`, patienceMs },
    put: async (key, bytes) => void server.put('logs', prefix + key, bytes),
    remove: async (key) => void server.delete('logs', prefix + key),
    everything: async () => [
      ...ownNames(server.keys('logs')),
      ...ownNames(server.openUploads('logs').map((upload) => upload.key)).map((key) => `unfinished ${key}`)
    ]
  }
}
