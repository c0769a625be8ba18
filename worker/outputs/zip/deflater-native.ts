import type { NativeAddOn } from '../../native/load-native.ts'
import type { Deflater } from './deflater.ts'
import { zlibDeflater } from './deflater-zlib.ts'

const blockBytes = 1024 * 1024
/** Enough for the output of any block (deflate-block.h). Pages that were never written take no memory. */
const roomBytes = 2 * blockBytes + 64 * 1024

/**
 * ISA-L by the add-on, used only after the self-test of choose-deflater.ts: 720 MB/s on one core, and 10 % smaller than
 * zlib's level 1. (On arm64 ISA-L searches less: at any level it is up to 5 % larger. Its speed there was not measured.)
 * For the effort `small` it uses zlib: on the lines of a few devices, level 6 is a seventh smaller.
 */
export function createNativeDeflater(native: NativeAddOn): Deflater {
  const spare: Buffer[] = []
  return {
    name: 'isa-l',
    blockBytes,
    deflate: async (block, dictionary, effort, isLast) => {
      if (effort === 'small') return zlibDeflater.deflate(block, dictionary, effort, isLast)
      const room = spare.pop() ?? Buffer.allocUnsafeSlow(roomBytes)
      const written = await native.deflate(block, dictionary, isLast, room)
      const deflated = Buffer.from(room.subarray(0, written))
      spare.push(room)
      return deflated
    }
  }
}
