import { chooseInflaters } from '../scan/choose-inflater.ts'
import type { DecoderContext } from '../scan/decoder.ts'
import type { InflaterName } from '../scan/inflater.ts'
import { createInflaterPool } from '../scan/inflater-pool.ts'

/** What decoding takes: inflaters that are used again and again, of the fastest kind or the one that is wanted. */
export async function createDecoderContext(wanted?: InflaterName): Promise<DecoderContext> {
  return {
    ...createInflaterPool(await chooseInflaters(wanted)),
    isSecondReading: false,
    isCareful: false,
    maxDecodedBytes: Number.POSITIVE_INFINITY
  }
}
