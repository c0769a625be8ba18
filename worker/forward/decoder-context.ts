import { chooseInflaters } from '../decode/choose-inflater.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import type { InflaterName } from '../decode/inflater.ts'
import { createInflaterPool } from '../decode/inflater-pool.ts'

/** What decoding takes: inflaters that are used again and again, of the fastest kind or the one that is wanted. */
export async function createDecoderContext(wanted?: InflaterName): Promise<DecoderContext> {
  return {
    ...createInflaterPool(await chooseInflaters(wanted)),
    isSecondReading: false,
    isCareful: false,
    maxDecodedBytes: Number.POSITIVE_INFINITY
  }
}
