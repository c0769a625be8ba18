import type { MaybePromise } from '../contract/maybe-promise.ts'
import type { ObjectBody } from '../contract/store.ts'
import { Damage } from './damage.ts'
import type { Decoder, DecoderContext } from './decoder.ts'
import { createDecoder } from './layered-decoder.ts'

/*
 * Compressed bytes in, text out. Input is fed in slices that begin at multiples of `sliceBytes`, however the store cuts
 * it. So the results that depend on this cut, such as the byte of a limit, are the same for every store.
 */

export const sliceBytes = 64 * 1024
/** Repetitive logs can exceed 100:1, so the ratio counts only from so much text on. */
const ratioJudgedFrom = 256 * 1024 * 1024

/** The limit of text for so many stored bytes. */
export function maxTextBytes(storedBytes: number, { maxRatio }: ReadLimits): number {
  return Math.max(ratioJudgedFrom, maxRatio * storedBytes)
}

/** Takes a piece of text, valid only during the call. The reading waits for its promise. */
export type OnText = (text: Buffer) => MaybePromise<void>

export interface ReadLimits {
  /** Bytes of text per stored byte. */
  readonly maxRatio: number
}

/** Amounts read, also by a failed reading. */
export interface ReadAmounts {
  storedBytes: number
  textBytes: number
}

/**
 * Reads the whole body. A failing codec may lose decoded bytes, or may not know the exact offset. Then the body is opened
 * again, and that slice is read byte by byte with the reference inflater: so every byte before the damage comes out, and
 * its offset is exact. If that reading fails in an earlier slice, which was not read byte by byte, the body is read again.
 * @throws Damage with its byte in the body, or the store's error
 */
export async function readText(
  openBody: () => MaybePromise<ObjectBody>,
  context: DecoderContext,
  limits: ReadLimits,
  onText: OnText,
  amounts: ReadAmounts
): Promise<void> {
  let careful: CarefulSlice | undefined
  for (;;) {
    const reading = new Reading(context, limits, onText, amounts, careful)
    try {
      return await reading.run(await openBody())
    } catch (error) {
      if (!(error instanceof Damage) || error.isExact) throw error
      const knownTextBytes = Math.max(reading.textBytes, careful?.knownTextBytes ?? 0)
      careful = { from: reading.sliceStart, knownTextBytes }
    }
  }
}

interface CarefulSlice {
  readonly from: number
  /** Bytes of text that an earlier reading gave. They are not given again. */
  readonly knownTextBytes: number
}

class Reading {
  readonly #context: DecoderContext
  readonly #limits: ReadLimits
  readonly #onText: OnText
  readonly #amounts: ReadAmounts
  readonly #careful: CarefulSlice | undefined
  #fed = 0
  /** Bytes of text from this reading, or from the one before. */
  textBytes = 0
  /** The start of the current slice. */
  sliceStart = 0

  constructor(
    context: DecoderContext,
    limits: ReadLimits,
    onText: OnText,
    amounts: ReadAmounts,
    careful?: CarefulSlice
  ) {
    this.#context = context
    this.#limits = limits
    this.#onText = onText
    this.#amounts = amounts
    this.#careful = careful
  }

  async run(body: ObjectBody): Promise<void> {
    this.#context.isSecondReading = this.#careful !== undefined
    const decoder = createDecoder(this.#context)
    try {
      for (let chunk = await body.read(); chunk; chunk = await body.read()) await this.#feed(decoder, chunk)
      decoder.end()
      await this.#drain(decoder)
    } catch (error) {
      throw error instanceof Damage ? this.#placed(error) : error
    } finally {
      this.#context.isCareful = false
      decoder.close()
      await body.close()
    }
  }

  /** Damage of an inner layer or a limit gets the offset of its slice. */
  #placed(damage: Damage): Damage {
    if (damage.byte !== undefined) return damage
    return damage.at(damage.reason === 'truncated' ? this.#fed : this.sliceStart)
  }

  async #feed(decoder: Decoder, chunk: Buffer): Promise<void> {
    for (let position = 0; position < chunk.length; ) {
      this.sliceStart = this.#fed - (this.#fed % sliceBytes)
      const length = Math.min(chunk.length - position, this.sliceStart + sliceBytes - this.#fed)
      this.#context.isCareful = this.#careful !== undefined && this.sliceStart >= this.#careful.from
      this.#context.maxDecodedBytes = this.#maxTextBytes
      decoder.feed(chunk.subarray(position, position + length))
      position += length
      this.#fed += length
      if (this.#fed > this.#amounts.storedBytes) this.#amounts.storedBytes = this.#fed
      await this.#drain(decoder)
    }
  }

  async #drain(decoder: Decoder): Promise<void> {
    for (;;) {
      const next = decoder.next()
      const text = next instanceof Promise ? await next : next
      if (!text) return
      const known = Math.min(text.length, Math.max(0, (this.#careful?.knownTextBytes ?? 0) - this.textBytes))
      this.textBytes += known
      const held = known < text.length ? this.#give(text.subarray(known)) : undefined
      if (held) await held
    }
  }

  /** By the slices begun so far. */
  get #maxTextBytes(): number {
    return maxTextBytes(this.sliceStart + sliceBytes, this.#limits)
  }

  #give(text: Buffer): MaybePromise<void> {
    const allowed = this.#maxTextBytes - this.textBytes
    const given = text.length > allowed ? text.subarray(0, allowed) : text
    this.textBytes += given.length
    this.#amounts.textBytes += given.length
    const held = given.length > 0 ? this.#onText(given) : undefined
    if (given.length === text.length) return held
    const isOver = new Damage('ratio-limit', this.sliceStart)
    if (!held) throw isOver
    return held.then(() => Promise.reject(isOver))
  }
}
