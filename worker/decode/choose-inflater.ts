import { crc32, deflateRawSync } from 'node:zlib'
import { loadNative } from '../native/load-native.ts'
import { createSampleNumbers } from '../native/sample-numbers.ts'
import {
  InflateError,
  type Inflater,
  type InflaterChoice,
  type InflaterName,
  type InflateStep,
  outputBytes
} from './inflater.ts'
import { createHandleInflater } from './inflater-handle.ts'
import { createNativeInflater } from './inflater-native.ts'
import { createStreamInflater } from './inflater-stream.ts'

/** From the fastest to the safest. The last one uses only documented interfaces and needs no test. */
const makers: readonly (readonly [InflaterName, () => Inflater])[] = [
  ['isa-l', createLoadedInflater],
  ['zlib-handle', createHandleInflater],
  ['zlib-stream', createStreamInflater]
]

/**
 * Chooses the fastest inflater that passes its self-test on this machine, or the wanted one; and the fastest of zlib's.
 * The tests take a few milliseconds, once in a process.
 */
export async function chooseInflaters(wanted?: InflaterName): Promise<InflaterChoice> {
  const reference = wanted === undefined || wanted === 'isa-l' ? await fastest(['isa-l']) : wanted
  const isNative = wanted === 'isa-l' || (wanted === undefined && (await passesSelfTest(createLoadedInflater)))
  return { fast: isNative ? 'isa-l' : reference, reference }
}

/** Makes an inflater that {@link chooseInflaters} has chosen. */
export function createInflater(name: InflaterName): Inflater {
  return makers.find(([one]) => one === name)![1]()
}

async function fastest(without: readonly InflaterName[]): Promise<InflaterName> {
  for (const [name, create] of makers.slice(0, -1))
    if (!without.includes(name) && (await passesSelfTest(create))) return name
  return makers.at(-1)![0]
}

function createLoadedInflater(): Inflater {
  const { native } = loadNative()
  if (!native) throw new Error('the native add-on is not loaded')
  return createNativeInflater(native)
}

/** Whether an inflater gives the right bytes, however the input is cut, finds the end of a stream, and detects bad data. */
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

interface Sample {
  readonly text: Buffer
  readonly stream: Buffer
}

let sample: Sample | undefined

/** A text of more than one piece of output, with parts that compress well, badly and not at all. */
function makeSample(): Sample {
  const part = Buffer.alloc(40_000)
  const next = createSampleNumbers()
  for (let at = 0; at < part.length; at++) {
    const number = next()
    part[at] = at < 1000 ? number >>> 24 : at < 3000 ? 0x20 + (number >>> 29) : at % 7
  }
  const text = Buffer.alloc(outputBytes + part.length, part)
  return { text, stream: deflateRawSync(text, { level: 1 }) }
}

async function readsWell(inflater: Inflater): Promise<boolean> {
  sample ??= makeSample()
  const { text, stream } = sample
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
  let before: InflateStep | undefined
  inflater.begin()
  for (let to = Math.min(cut, input.length); ; ) {
    const step = await inflater.step(input, position, to)
    const { consumed, output } = step
    crc = crc32(output, crc)
    if (step.crc !== undefined && step.crc !== crc) throw new Error('a wrong checksum')
    const isUntrue = (before?.isFull === false && output.length > 0) || (before?.hasEnded && consumed > 0)
    if (isUntrue) throw new Error('more output than announced')
    length += output.length
    if (consumed === 0 && output.length === 0 && position < to) return { crc, length, end: position }
    position += consumed
    const hasMore = position === to && output.length === 0 && to < input.length
    if (hasMore) to = Math.min(to + cut, input.length)
    before = hasMore ? undefined : step
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
