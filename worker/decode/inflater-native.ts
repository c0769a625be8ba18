import type { NativeAddOn } from '../native/load-native.ts'
import { InflateError, type Inflater, outputBytes } from './inflater.ts'

/*
 * Inflates by ISA-L, whose decoder is written in assembly. It is twice as fast as zlib, and also gives the checksum. The
 * add-on is optional (native/load-native.ts) and used only after the self-test of choose-inflater.ts.
 */

/** Before the output is the history that it may refer to, after it room for bytes beyond the end (inflate-stream.h). */
const historyBytes = 32 * 1024
const overflowBytes = 512

export function createNativeInflater(native: NativeAddOn): Inflater {
  const stream = native.create()
  const window = Buffer.allocUnsafeSlow(historyBytes + outputBytes + overflowBytes)
  /** After a step: the consumed bytes, the start and end of the output in the window, the checksum, what is next. */
  const figures = new Uint32Array(5)
  return {
    name: 'isa-l',
    isReference: false,
    begin: () => native.begin(stream),
    step: (input, from, to) => {
      if (!native.step(stream, window, input, from, to, figures)) throw new InflateError('invalid deflate data')
      return {
        consumed: figures[0]!,
        output: window.subarray(figures[1], figures[2]),
        crc: figures[3]!,
        isFull: figures[4] === 1,
        hasEnded: figures[4] === 2
      }
    },
    close: () => {}
  }
}
