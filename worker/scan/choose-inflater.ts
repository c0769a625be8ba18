import { crc32, deflateRawSync } from 'node:zlib'
import { InflateError, type Inflater, type InflaterName, outputBytes } from './inflater.ts'
import { createHandleInflater } from './inflater-handle.ts'
import { createStreamInflater } from './inflater-stream.ts'

/** From fastest to surest. The last one uses documented interfaces alone and needs no test. */
const makers: readonly (readonly [InflaterName, () => Inflater])[] = [
  ['zlib-handle', createHandleInflater],
  ['zlib-stream', createStreamInflater]
]

/** The fastest inflater that passes its self-test on this Node. The test takes some milliseconds, once in a process. */
export async function chooseInflater(): Promise<InflaterName> {
  for (const [name, create] of makers.slice(0, -1)) if (await passesSelfTest(create)) return name
  return makers.at(-1)![0]
}

/** Makes an inflater of a kind that {@link chooseInflater} found good. */
export function createInflater(name: InflaterName): Inflater {
  return makers.find(([one]) => one === name)![1]()
}

/** Whether an inflater gives the right bytes, however the input is cut, tells where a stream ends, and sees bad data. */
export async function passesSelfTest(create: () => Inflater): Promise<boolean> {
  try {
    const inflater = create()
    const isRight = (await readsWell(inflater)) && (await seesBadData(inflater)) && (await readsWell(inflater))
    inflater.close()
    return isRight
  } catch {
    return false
  }
}

const behind = Buffer.from('behind the stream')

async function readsWell(inflater: Inflater): Promise<boolean> {
  // More than one piece of output, and parts that compress well, badly and not at all.
  const text = Buffer.alloc(outputBytes + 40_000)
  for (let at = 0, state = 1; at < text.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    text[at] = at % 40_000 < 1000 ? state >>> 24 : at % 40_000 < 3000 ? 0x20 + (state >>> 29) : at % 7
  }
  const stream = deflateRawSync(text, { level: 1 })
  for (const cut of [stream.length + behind.length, 4096, 61]) {
    const { crc, length, end } = await inflateInPieces(inflater, Buffer.concat([stream, behind]), cut)
    if (length !== text.length || crc !== crc32(text) || end !== stream.length) return false
  }
  return true
}

async function inflateInPieces(
  inflater: Inflater,
  input: Buffer,
  cut: number
): Promise<{ crc: number; length: number; end: number }> {
  let crc = 0
  let length = 0
  let position = 0
  inflater.begin()
  for (let to = Math.min(cut, input.length); ; ) {
    const { consumed, output } = await inflater.step(input, position, to)
    crc = crc32(output, crc)
    length += output.length
    if (consumed === 0 && output.length === 0 && position < to) return { crc, length, end: position }
    position += consumed
    if (position === to && output.length === 0 && to < input.length) to = Math.min(to + cut, input.length)
  }
}

async function seesBadData(inflater: Inflater): Promise<boolean> {
  try {
    // 0b111: last block, of the type that does not exist (RFC 1951, 3.2.3).
    await inflateInPieces(inflater, Buffer.alloc(64, 0xff), 64)
    return false
  } catch (error) {
    return error instanceof InflateError
  }
}
