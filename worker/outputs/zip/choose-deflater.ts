import { inflateRawSync } from 'node:zlib'
import type { InflaterChoice } from '../../decode/inflater.ts'
import { loadNative, type NativeAddOn } from '../../native/load-native.ts'
import { createSampleNumbers } from '../../native/sample-numbers.ts'
import type { Deflater } from './deflater.ts'
import { createNativeDeflater } from './deflater-native.ts'
import { zlibDeflater } from './deflater-zlib.ts'

/** The add-on deflates if its inflater is used too, and it passes its self-test: one switch for both. */
export async function chooseDeflater(inflaters: InflaterChoice): Promise<Deflater> {
  const { native } = loadNative()
  if (!native || inflaters.fast !== 'isa-l' || !(await passesDeflaterTest(native))) return zlibDeflater
  return createNativeDeflater(native)
}

/** Whether zlib can inflate the add-on's output: blocks of text and noise that refer to one another. Takes milliseconds. */
export async function passesDeflaterTest(native: NativeAddOn): Promise<boolean> {
  const deflater = createNativeDeflater(native)
  const next = createSampleNumbers()
  const noise = Buffer.from(Array.from({ length: 20_000 }, () => next() >>> 24))
  // The third begins with the noise at the end of the second.
  const blocks = [noise, Buffer.concat([Buffer.alloc(100_000, 'a line of a log\n'), noise]), noise, Buffer.alloc(0)]
  try {
    const deflated = await Promise.all(
      blocks.map((block, at) => {
        const before = blocks[at - 1] ?? Buffer.alloc(0)
        return deflater.deflate(block, before, 'fast', at === blocks.length - 1)
      })
    )
    const isSmall = deflated[0]!.length < noise.length * 1.01 && deflated[2]!.length < noise.length * 0.9
    return isSmall && inflateRawSync(Buffer.concat(deflated)).equals(Buffer.concat(blocks))
  } catch {
    return false
  }
}
