import { addAbortListener } from 'node:events'
import type { MaybePromise } from '../contract/maybe-promise.ts'
import type { ObjectBody, Store, StoredObject } from '../contract/store.ts'
import { Damage } from './damage.ts'
import type { DecoderContext } from './decoder.ts'
import { maxTextBytes, type OnText, type ReadAmounts, type ReadLimits, readText } from './read-text.ts'
import { zipEntryTexts } from './read-zip.ts'
import { sniffEncoding, sniffLength } from './sniff.ts'

/** Receives the text of an object. */
interface TextTaker {
  readonly onText: OnText
  /** Called after the text, or after each file of a zip. */
  readonly onEnd: () => void
  /** Counts the bytes read, also if the reading fails. */
  readonly amounts?: ReadAmounts
  /** Closes the body. `onText` must end the reading. */
  readonly signal?: AbortSignal
}

/**
 * Reads the text of an object, however it is compressed: its members and layers, or the files of a zip one after the
 * other.
 * @throws Damage with its byte, or the store's error
 */
export async function readObjectText(
  store: Store,
  object: StoredObject,
  context: DecoderContext,
  limits: ReadLimits,
  { onText, onEnd, signal, amounts = { storedBytes: 0, textBytes: 0 } }: TextTaker
): Promise<void> {
  const body = await store.open(object)
  // Otherwise a stuck read would wait for the store's time-out, and keep the process from ending.
  using _listener = signal && addAbortListener(signal, () => void body.close())
  const first = await firstChunk(body)
  if (first && sniffEncoding(first) === 'zip') {
    await body.close()
    return readZip(store, object, context, limits, { onText, onEnd, amounts })
  }
  let isFresh = true
  const open = (): MaybePromise<ObjectBody> => {
    if (!isFresh) return store.open(object)
    isFresh = false
    return startingWith(first, body)
  }
  await readText(open, context, limits, onText, amounts)
  onEnd()
}

async function readZip(
  store: Store,
  object: StoredObject,
  context: DecoderContext,
  limits: ReadLimits,
  { onText, onEnd, amounts }: Required<Omit<TextTaker, 'signal'>>
): Promise<void> {
  await using random = await store.openRandom(object)
  for await (const entry of zipEntryTexts(random)) {
    try {
      await readText(entry.open, context, limits, onText, amounts)
    } catch (error) {
      throw error instanceof Damage ? error.at(entry.byte) : error
    }
    onEnd()
    // Entries may share their data. So each may be valid, and all of them together a zip bomb.
    if (amounts.textBytes > maxTextBytes(object.size, limits)) throw new Damage('ratio-limit', entry.byte)
  }
  amounts.storedBytes = object.size
}

/** The first bytes: enough to find the encoding, if the object has so many. */
async function firstChunk(body: ObjectBody): Promise<Buffer | null> {
  try {
    let first = await body.read()
    while (first && first.length < sniffLength) {
      const start: Buffer = Buffer.from(first)
      const next = await body.read()
      if (!next) return start
      first = Buffer.concat([start, next])
    }
    return first
  } catch (error) {
    await body.close()
    throw error
  }
}

/** A body whose first chunk was already read. */
function startingWith(first: Buffer | null, body: ObjectBody): ObjectBody {
  let waiting = first
  return {
    read: () => {
      if (!waiting) return body.read()
      const chunk = waiting
      waiting = null
      return chunk
    },
    close: () => body.close()
  }
}
