import { createInflateRaw } from 'node:zlib'
import { InflateError, type Inflater, outputBytes } from './inflater.ts'
import { StreamedCodec } from './streamed.ts'

/** Inflates by Node's documented streams, with a new one for each deflate stream. */
export function createStreamInflater(): Inflater {
  let current: StreamedCodec | undefined
  return {
    name: 'zlib-stream',
    isReference: true,
    begin: () => {
      current?.close()
      current = new StreamedCodec(createInflateRaw({ chunkSize: outputBytes }))
    },
    step: async (input, from, to) => {
      try {
        return await current!.step(input, from, to)
      } catch (error) {
        throw new InflateError((error as Error).message, { cause: error })
      }
    },
    close: () => current?.close()
  }
}
