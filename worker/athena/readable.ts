import { constants, gunzipSync } from 'node:zlib'
import type { Category, Environment } from '../contract/config.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { type Encoding, sniffEncoding } from '../decode/sniff.ts'
import { findFormat } from '../formats/registry.ts'
import type { CategoryReading } from '../scan/category-plan.ts'
import { tellsTime } from './line-time.ts'
import { tableOf } from './table.ts'

/*
 * Whether Athena can read a category. Athena knows the compression by the name alone
 * (https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html), and reads any other object as text.
 */

/** Why Athena can't read a category, by the configuration; undefined if it can. */
export function configuredObstacle(category: Category, environment: Environment): string | undefined {
  if (!environment.athena) return `no Athena is set up for ${environment.name}`
  const table = tableOf(category)
  return 'problem' in table ? table.problem : undefined
}

/** Why Athena's lines can't give the wanted records; undefined if they can. */
export function unreadObstacle(name: string, { format, output, eventWindow }: CategoryReading): string | undefined {
  if (findFormat(format).framing !== 'lines') return `records of ${name} (${format}) are not lines`
  if (output !== 'raw') return `only the worker writes records as ${output}`
  return eventWindow && 'only the worker knows the time of records (window=event)'
}

const mostSamples = 8
const sampleBytes = 64 * 1024
/** The part of the samples that the worker may read itself. */
const mostMisread = 0.25

/**
 * Looks at some objects of a category. If Athena would misread its objects, the reason is reported before the query costs
 * anything. The query itself finds single objects that differ.
 */
export async function sampledObstacle(
  name: string,
  listing: { readonly objects: number; pages(): AsyncIterable<readonly StoredObject[]> },
  prefixLength: number,
  store: Store
): Promise<string | undefined> {
  const objects = (await sample(listing)).filter((one) => !isReadDirectly(one, prefixLength))
  const problems = await Promise.all(objects.map((object) => misreading(object, store)))
  const misread = problems.flatMap((problem, at) => (problem === undefined ? [] : [{ problem, object: objects[at]! }]))
  if (misread.length <= objects.length * mostMisread) return undefined
  const { problem, object } = misread[0]!
  return `objects of ${name} are ${problem}, such as ${object.key}`
}

async function sample(listing: Parameters<typeof sampledObstacle>[1]): Promise<StoredObject[]> {
  const every = Math.max(1, Math.floor(listing.objects / mostSamples))
  const chosen: StoredObject[] = []
  let number = 0
  for await (const page of listing.pages()) {
    for (const object of page) if (number++ % every === 0 && object.size > 0) chosen.push(object)
  }
  return chosen.slice(0, mostSamples)
}

/** The encoding that Athena expects by the exact suffix of a name; anything else is text. */
const encodingsBySuffix: Readonly<Record<string, Encoding>> = { gz: 'gzip', zst: 'zstd' }

/** How Athena would misread an object; undefined if it would not, or if that is unknown. */
async function misreading(object: StoredObject, store: Store): Promise<string | undefined> {
  const suffix = /\.([A-Za-z0-9]+)$/.exec(object.key)?.[1] ?? ''
  const expected = encodingsBySuffix[suffix] ?? 'plain'
  const start = await startOf(object, store)
  if (!start) return undefined
  const encoding = sniffEncoding(start)
  if (encoding !== expected) return wordsOf(encoding, suffix)
  return encoding === 'gzip' && sniffEncoding(gunzippedStart(start)) !== 'plain' ? 'compressed twice' : undefined
}

const wordsOf = (encoding: Encoding, suffix: string): string =>
  encoding === 'plain' ? `plain text but named .${suffix}` : `${encoding} but named otherwise`

/** Undefined if the object can't be read: the export reports it. */
async function startOf(object: StoredObject, store: Store): Promise<Buffer | undefined> {
  try {
    await using access = await store.openRandom(object)
    return await access.read(0, Math.min(sampleBytes, object.size))
  } catch {
    return undefined
  }
}

function gunzippedStart(start: Buffer): Buffer {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return Buffer.alloc(0)
  }
}

/**
 * Whether the worker itself reads an object of a category that Athena reads:
 * - an object in cold storage, whose refusal must be reported;
 * - one that Hive skips, because its name or a folder below its partition begins with `_` or `.`;
 * - one that Hive may skip, because it is in a folder below its partition;
 * - one named like a Hadoop codec.
 */
export function isReadDirectly(object: StoredObject, prefixLength: number): boolean {
  const name = object.key.slice(prefixLength)
  return object.isArchived === true || /^[_.]|\//.test(name) || isHadoopCodec(object.key)
}

/**
 * Whether Athena would pass an object to a codec that is not read here. If the content is something else, the query fails,
 * or gives nothing for snappy and lz4. Such an object is left out of the query.
 */
export function isHadoopCodec(key: string): boolean {
  return /\.(?:bz2|deflate|lz4|lzo|lzo_deflate|snappy)$/.test(key)
}

/**
 * How Athena's lines of these categories differ from the stored ones: the effects of its text reader, measured on Trino
 * (test/trino), and the order of lines. Every manifest has them.
 */
export function readingDifferences(queried: readonly Category[]): readonly string[] {
  const [timed, others] = [true, false].map((isTimed) =>
    queried.filter(({ format }) => tellsTime(findFormat(format)) === isTimed).map(({ name }) => name)
  ) as [string[], string[]]
  return [
    'a carriage return ends a line, alone or before a newline, and is not kept',
    'a byte order mark at the beginning of an object is not kept',
    'what follows the last gzip member of an object is not looked at, and not reported',
    ...(timed.length > 0 ? [`${ofObject(timed)} stand in order of their time, those without one first`] : []),
    ...(others.length > 0 ? [`${ofObject(others)} stand in order of their bytes`] : [])
  ]
}

const ofObject = (categories: readonly string[]): string => `the lines of one object of ${categories.join(', ')}`
