import type { Category } from '../contract/config.ts'
import type { Limits } from '../contract/config-schema.ts'
import type { Store, StoredObject } from '../contract/store.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { readObjectText } from '../decode/object-text.ts'
import { type Encoding, sniffEncoding, sniffLength } from '../decode/sniff.ts'
import { RecordReader } from '../formats/record-reader.ts'
import { findFormat, formatNames } from '../formats/registry.ts'
import { findNewestDay } from './newest-day.ts'
import { createSkipRule } from './plan.ts'

/*
 * Whether a category fits what its source holds, by the newest object alone: a few listings, and the start of one object.
 */

/** How much text of the object is looked at. */
const sampleBytes = 256 * 1024
/** Pages of the newest day that are listed for its last key. */
const mostPages = 10

/** What the source holds of one category. */
export type CheckedCategory =
  | { readonly object: undefined; readonly nearest: readonly string[] }
  | {
      readonly object: StoredObject
      readonly container: Encoding
      /** Records at the start of the object, and how many of them fit the format. */
      readonly records: number
      readonly fitting: number
      /** Another format that all these records fit; undefined if the format of the category fits, or if none is known. */
      readonly likely: string | undefined
      /** Why the object could not be read; undefined if it could. */
      readonly failure: string | undefined
    }

/** Looks at the newest object of a category. @throws what the store throws */
export async function checkCategory(
  category: Category,
  store: Store,
  context: DecoderContext,
  limits: Limits,
  signal: AbortSignal
): Promise<CheckedCategory> {
  const isSkipped = createSkipRule(category)
  const { newest, nearest } = await findNewestDay(store, category.layout.template, isSkipped, signal)
  const object = newest ? await lastObject(store, newest.prefix, isSkipped, signal) : undefined
  if (!object) return { object: undefined, nearest }
  const { text, failure } = await startOfText(store, object, context, limits)
  await using access = await store.openRandom(object)
  const container = sniffEncoding(await access.read(0, Math.min(sniffLength, object.size)))
  const own = fitOf(category.format, text)
  return { object, container, ...own, likely: own.records === own.fitting ? undefined : likelyOf(text), failure }
}

async function lastObject(
  store: Store,
  prefix: string,
  isSkipped: (object: StoredObject) => boolean,
  signal: AbortSignal
): Promise<StoredObject | undefined> {
  let last: StoredObject | undefined
  let pages = 0
  for await (const page of store.list(prefix, signal)) {
    last = page.findLast((object) => object.size > 0 && !isSkipped(object)) ?? last
    if (++pages === mostPages) break
  }
  return last
}

class Enough extends Error {}

async function startOfText(store: Store, object: StoredObject, context: DecoderContext, limits: Limits) {
  const pieces: Buffer[] = []
  let bytes = 0
  const onText = (text: Buffer): void => {
    pieces.push(Buffer.from(text))
    bytes += text.length
    if (bytes >= sampleBytes) throw new Enough()
  }
  let failure: string | undefined
  try {
    await readObjectText(store, object, context, limits, { onText, onEnd: () => {} })
  } catch (error) {
    if (!(error instanceof Enough)) failure = (error as Error).message
  }
  return { text: Buffer.concat(pieces), failure }
}

/** How many records of a text fit a format. The last one may be cut, so it does not count unless it is the only one. */
function fitOf(name: string, text: Buffer): { readonly records: number; readonly fitting: number } {
  const fits: boolean[] = []
  const reader = new RecordReader(findFormat(name), { maxRecordBytes: 4 * sampleBytes }, ({ parseError }) => {
    fits.push(parseError === undefined)
  })
  reader.push(text)
  if (text.length < sampleBytes) reader.finish(true)
  return { records: fits.length, fitting: fits.filter(Boolean).length }
}

/** The first format, other than plain lines, that all records fit. */
function likelyOf(text: Buffer): string | undefined {
  return formatNames.find((name) => {
    const { records, fitting } = fitOf(name, text)
    return name !== 'lines' && records > 0 && records === fitting
  })
}
