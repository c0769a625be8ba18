import { existsSync } from 'node:fs'
import { link, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { createFleet, type Thing } from './fleet.ts'
import { telemetryLine } from './messages.ts'
import { createRandom } from './random.ts'

/*
 * The corpora that the benchmarks read, made once and kept beside them (not in git). All lines are telemetry of a fleet
 * of 5,000 devices, so one corpus serves every match rate: THING00001 is on 0.02 % of the lines, THING000 on 2 %,
 * THING00 on 20 %, thingName on all.
 */

/** How the bytes of a corpus are cut into objects. */
interface CorpusShape {
  readonly objects: number
  /** Text of one object. */
  readonly textBytes: number
  /** Text of one gzip member. */
  readonly memberBytes: number
}

export const corpusShapes = {
  /** 1.6 GB of text in 64 objects. */
  big: { objects: 64, textBytes: 25e6, memberBytes: Number.POSITIVE_INFINITY },
  /** 20,000 objects of 20 KB. */
  tiny: { objects: 20_000, textBytes: 20e3, memberBytes: Number.POSITIVE_INFINITY },
  /** 1.6 GB in 64 objects of many members, as streams that are flushed often give. */
  multi: { objects: 64, textBytes: 25e6, memberBytes: 100e3 },
  /** One small object: what an export costs before it reads. */
  one: { objects: 1, textBytes: 20e3, memberBytes: Number.POSITIVE_INFINITY },
  /** What `npm run bench:guard` makes in a quarter of a minute. */
  'guard-big': { objects: 16, textBytes: 12.5e6, memberBytes: Number.POSITIVE_INFINITY },
  'guard-tiny': { objects: 2500, textBytes: 20e3, memberBytes: Number.POSITIVE_INFINITY },
  'guard-multi': { objects: 8, textBytes: 12.5e6, memberBytes: 100e3 }
} as const satisfies Record<string, CorpusShape>

export type CorpusName = keyof typeof corpusShapes

/** The identifiers that give a match rate in every corpus, in percent of lines. */
export const matchRates = { '0.02': 'THING00001', '2': 'THING000', '20': 'THING00', '100': 'thingName' } as const
export type MatchRate = keyof typeof matchRates

const root = fileURLToPath(new URL('../.corpus/', import.meta.url))
const hours = 24

/**
 * A directory with the corpus as the telemetry of 2023/10/01, each object by `repeat` names (hard links), so that a day
 * may be large without disk. Made when it is not there.
 */
export async function ensureDay(name: CorpusName, repeat: number): Promise<string> {
  const objects = await ensureObjects(name)
  const directory = join(root, `${name}-x${repeat}`)
  const complete = join(root, `${name}-x${repeat}.complete`)
  if (existsSync(complete)) return directory
  await rm(directory, { recursive: true, force: true })
  const prefixes = Array.from({ length: hours }, (_, hour) =>
    join(directory, 'telemetry/2023/10/01', String(hour).padStart(2, '0'))
  )
  for (const prefix of prefixes) await mkdir(prefix, { recursive: true })
  const files = (await readdir(objects)).sort()
  for (let copy = 0; copy < repeat; copy++) {
    const links = files.map((file, at) => link(join(objects, file), join(prefixes[at % hours]!, `${copy}-${file}`)))
    await Promise.all(links)
  }
  await writeFile(complete, '')
  return directory
}

async function ensureObjects(name: CorpusName): Promise<string> {
  const directory = join(root, name)
  const complete = join(root, `${name}.complete`)
  if (existsSync(complete)) return directory
  process.stderr.write(`making the corpus ${name} in ${directory} …\n`)
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const fleet = createFleet(5000)
  const { objects } = corpusShapes[name]
  const writing = new Set<Promise<void>>()
  for (let number = 0; number < objects; number++) {
    const path = join(directory, `${String(number).padStart(6, '0')}.gz`)
    const written: Promise<void> = compress(makeText(fleet, name, number), corpusShapes[name].memberBytes)
      .then((bytes) => writeFile(path, bytes))
      .then(() => {
        writing.delete(written)
      })
    writing.add(written)
    if (writing.size >= 4) await Promise.race(writing)
  }
  await Promise.all(writing)
  await writeFile(complete, '')
  return directory
}

function makeText(fleet: readonly Thing[], name: CorpusName, number: number): Buffer {
  const random = createRandom(number + 1)
  const lines: string[] = []
  let timeMs = Date.UTC(2023, 9, 1) + number * 1000
  for (let length = 0; length < corpusShapes[name].textBytes; length += lines.at(-1)!.length + 1) {
    timeMs += random.below(3)
    lines.push(telemetryLine(random, random.pick(fleet), timeMs))
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

async function compress(text: Buffer, memberBytes: number): Promise<Buffer> {
  const members: Buffer[] = []
  for (let start = 0; start < text.length; start += memberBytes) {
    members.push(await promisify(gzip)(text.subarray(start, start + memberBytes)))
  }
  return Buffer.concat(members)
}
