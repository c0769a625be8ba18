import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { firehoseKey } from './firehose.ts'
import { createFleet, type Thing } from './fleet.ts'
import { commandLine, lifecycleLine, telemetryLine } from './messages.ts'
import { createRandom, type Random } from './random.ts'

/*
 * A believable day of a fleet's logs, as IoT rules and Firehose with hour prefixes and gzip write them.
 */

export interface DayOptions {
  /** Midnight UTC of the day. */
  readonly startMs: number
  /** Devices of the fleet. */
  readonly things: number
  /** About how much text all categories together hold. */
  readonly textBytes: number
  readonly seed: number
}

/** One object before compression. */
export interface DayObject {
  readonly key: string
  readonly text: Buffer
}

type LineMaker = (random: Random, thing: Thing, timeMs: number) => string

/** What a category contributes: its share of the text, and how often Firehose closes an object. */
const streams: readonly { prefix: string; stream: string; share: number; objectsPerHour: number; line: LineMaker }[] = [
  { prefix: 'telemetry', stream: 'iot-telemetry', share: 0.9, objectsPerHour: 12, line: telemetryLine },
  { prefix: 'commands', stream: 'iot-commands', share: 0.07, objectsPerHour: 4, line: commandLine },
  { prefix: 'lifecycle', stream: 'iot-lifecycle', share: 0.03, objectsPerHour: 4, line: lifecycleLine }
]

const hourMs = 3_600_000

/** The objects of the day, one after the other; the same for the same options. */
export function* dayObjects(options: DayOptions): Generator<DayObject> {
  const fleet = createFleet(options.things, options.seed)
  const random = createRandom(options.seed)
  for (const { prefix, stream, share, objectsPerHour, line } of streams) {
    const objectBytes = (options.textBytes * share) / (24 * objectsPerHour)
    const spanMs = hourMs / objectsPerHour
    for (let number = 0; number < 24 * objectsPerHour; number++) {
      const startMs = options.startMs + number * spanMs
      const iso = new Date(startMs).toISOString()
      const hourPrefix = `${prefix}/${iso.slice(0, 4)}/${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(11, 13)}/`
      yield {
        key: firehoseKey(random, hourPrefix, stream, startMs),
        text: textOf(random, fleet, line, startMs, spanMs, objectBytes)
      }
    }
  }
}

function textOf(
  random: Random,
  fleet: readonly Thing[],
  line: LineMaker,
  startMs: number,
  spanMs: number,
  bytes: number
): Buffer {
  const lines: string[] = []
  for (let length = 0; length < bytes; length += lines.at(-1)!.length + 1) {
    const timeMs = startMs + Math.floor((spanMs * length) / bytes)
    lines.push(line(random, random.pick(fleet), timeMs))
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

/** Writes the day below a directory, compressed. Gives the amounts. */
export async function writeDay(
  directory: string,
  options: DayOptions
): Promise<{ objects: number; textBytes: number; storedBytes: number }> {
  const amounts = { objects: 0, textBytes: 0, storedBytes: 0 }
  const writing = new Set<Promise<void>>()
  for (const object of dayObjects(options)) {
    const written = writeObject(directory, object).then((storedBytes) => {
      amounts.objects++
      amounts.textBytes += object.text.length
      amounts.storedBytes += storedBytes
      writing.delete(written)
    })
    writing.add(written)
    if (writing.size >= 8) await Promise.race(writing)
  }
  await Promise.all(writing)
  return amounts
}

async function writeObject(directory: string, { key, text }: DayObject): Promise<number> {
  const path = join(directory, key)
  const stored = await promisify(gzip)(text)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, stored)
  return stored.length
}
