import { constants, gunzipSync } from 'node:zlib'
import type { Category, Environment } from '../contract/config.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import { type Encoding, sniffEncoding } from '../decode/sniff.ts'
import { findFormat } from '../formats/registry.ts'
import type { CategoryReading } from '../scan/category-plan.ts'
import { tellsTime } from './line-time.ts'
import { tableOf } from './table.ts'

/*
 * Whether Athena can read a category. It tells compression by the name alone
 * (https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html) and reads what it takes for text as it lies.
 */

/** Why Athena can't read a category, by the configuration; undefined when nothing speaks against it. */
export function configuredObstacle(category: Category, environment: Environment): string | undefined {
  if (!environment.athena) return `no Athena is set up for ${environment.name}`
  const table = tableOf(category)
  return 'problem' in table ? table.problem : undefined
}

/** Why the records that are wanted can't be had from Athena's lines; undefined when they can. */
export function unreadObstacle(name: string, { format, output, eventWindow }: CategoryReading): string | undefined {
  if (findFormat(format).framing !== 'lines') return `records of ${name} (${format}) are not lines`
  if (output !== 'raw') return `only the worker writes records as ${output}`
  return eventWindow && 'only the worker knows the time of records (window=event)'
}

const mostSamples = 8
const sampleBytes = 64 * 1024
/** Of the samples: so few the worker reads itself. */
const mostMisread = 0.25

/**
 * Looks at some objects of a category: one whose objects Athena would take for something else is told before anything is
 * paid. Single objects that differ are found by the query itself.
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

/** What Athena takes an object for by its name, letter by letter; anything else is text. */
const encodingsBySuffix: Readonly<Record<string, Encoding>> = { gz: 'gzip', zst: 'zstd' }

/** How Athena would misread an object; undefined where it would not, or where that can't be told. */
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

/** Undefined where the object can't be had: what becomes of it is for the export to tell. */
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
 * Whether the worker reads an object of Athena's category itself: one in cold storage, whose refusal has to be told; one
 * that Hive skips, since below its partition its name or a folder of it begins with `_` or `.`, or may skip, since it
 * lies in a folder there at all; one named like a codec of Hadoop's.
 */
export function isReadDirectly(object: StoredObject, prefixLength: number): boolean {
  const name = object.key.slice(prefixLength)
  return object.isArchived === true || /^[_.]|\//.test(name) || isHadoopCodec(object.key)
}

/**
 * Whether Athena would hand an object to a codec that is not read here: what is something else inside fails the query,
 * or, for snappy and lz4, gives nothing. Such an object is left out of the query.
 */
export function isHadoopCodec(key: string): boolean {
  return /\.(?:bz2|deflate|lz4|lzo|lzo_deflate|snappy)$/.test(key)
}

/**
 * How what Athena has read of these categories differs from what is stored: what its text reader does to objects,
 * measured on Trino (test/trino), and the order of lines. Told in every manifest.
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
