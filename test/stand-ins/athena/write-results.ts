import type { S3Server } from '../s3/server.ts'
import { QueryFailure } from './failure.ts'
import { type AthenaQuery, resultUri } from './query.ts'
import { csvOf } from './results/csv.ts'
import type { ResultRows } from './results/rows.ts'
import { type Spread, textObjects } from './results/unload.ts'

/** Writes what an UNLOAD gives: only `part` of its objects where it fails on the way, and then no manifest. */
export function writeUnload(
  s3: S3Server,
  query: AthenaQuery,
  { rows }: ResultRows,
  { target, delimiter, spread, part = 1 }: UnloadOutput
): void {
  const objects = textObjects(rows, delimiter, spread)
  const uris = objects.slice(0, Math.ceil(objects.length * part)).map(({ name, bytes }) => {
    return write(s3, query, `${target.replace(/\/?$/, '/')}${name}`, bytes)
  })
  if (part < 1) return
  query.manifest = `${query.outputLocation}${query.id}-manifest.csv`
  write(s3, query, query.manifest, Buffer.from(uris.map((uri) => `${uri}\n`).join('')))
  write(s3, query, `${query.outputLocation}${query.id}.metadata`, Buffer.from(query.id))
}

export interface UnloadOutput {
  readonly target: string
  readonly delimiter: string
  readonly spread: Spread
  /** Default: 1. */
  readonly part?: number
}

export function writeSelect(s3: S3Server, query: AthenaQuery, result: ResultRows): void {
  query.result = result
  write(s3, query, resultUri(query), csvOf(result))
  write(s3, query, `${resultUri(query)}.metadata`, Buffer.from(query.id))
}

/** Refuses a target that is not empty: an UNLOAD never writes over anything. @throws QueryFailure */
export function checkTarget(s3: S3Server, target: string): void {
  const { bucket, key } = placeOf(target)
  const prefix = key.replace(/\/?$/, '/')
  if (!keysOf(s3, bucket).some((one) => one.startsWith(prefix))) return
  const text = `HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: ${target}. You may need to manually clean the data at location '${target}' before retrying. Athena will not delete data in your account.`
  throw new QueryFailure(text, 1002)
}

/** Takes a result object away again. */
export function lose(s3: S3Server, query: AthenaQuery, what: 'results' | 'manifest'): void {
  const isLost = (uri: string): boolean =>
    what === 'manifest' ? uri === query.manifest : /\.(?:gz|csv)$/.test(uri) && uri !== query.manifest
  const lost = query.written.find(isLost)
  if (lost === undefined) throw new Error(`The query wrote no ${what}: ${query.written.join(', ')}`)
  const { bucket, key } = placeOf(lost)
  s3.delete(bucket, key)
}

function write(s3: S3Server, query: AthenaQuery, uri: string, bytes: Buffer): string {
  const { bucket, key } = placeOf(uri)
  keysOf(s3, bucket)
  s3.put(bucket, key, bytes)
  query.written.push(uri)
  return uri
}

function keysOf(s3: S3Server, bucket: string): readonly string[] {
  try {
    return s3.keys(bucket)
  } catch {
    throw new QueryFailure(`The S3 bucket ${bucket} does not exist`, 1306)
  }
}

function placeOf(uri: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? []
  if (bucket === undefined || key === undefined) throw new QueryFailure(`Not a place in S3: ${uri}`, 1100)
  return { bucket, key }
}
