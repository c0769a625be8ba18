import { chooseInflater, createInflater } from '../scan/choose-inflater.ts'
import type { DecoderContext } from '../scan/decoder.ts'
import type { Inflater, InflaterName } from '../scan/inflater.ts'

/** What decoding takes: inflaters that are used again and again, of the fastest kind or the one that is wanted. */
export async function createDecoderContext(wanted?: InflaterName): Promise<DecoderContext> {
  const name = wanted ?? (await chooseInflater())
  const spare: Inflater[] = []
  return {
    takeInflater: () => spare.pop() ?? createInflater(name),
    giveBack: (inflater) => spare.push(inflater),
    isCareful: false,
    maxDecodedBytes: Number.POSITIVE_INFINITY
  }
}
