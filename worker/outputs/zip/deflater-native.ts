import type { NativeAddOn } from '../../native/load-native.ts'
import type { Deflater } from './deflater.ts'
import { zlibDeflater } from './deflater-zlib.ts'

const blockBytes = 1024 * 1024
/** What any block may take (deflate-block.h): pages that no block has reached take no memory. */
const roomBytes = 2 * blockBytes + 64 * 1024

/**
 * ISA-L by the add-on, used only after the self-test of choose-deflater.ts: 720 MB/s on one core, to 10 % less than
 * zlib's 1 (on arm64, whose ISA-L searches less, up to 5 % more at any of its levels; its speed was not measured). Where
 * size counts it is zlib's all the same: on the lines of a few devices 6 gives a seventh less.
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
