import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { ObjectBody, Store } from '../../worker/contract/store.ts'
import { chooseInflaters } from '../../worker/decode/choose-inflater.ts'
import { createDecoderContext } from '../../worker/decode/decoder-context.ts'
import { type InflaterName, inflaterNames } from '../../worker/decode/inflater.ts'
import { readText } from '../../worker/decode/read-text.ts'
import { compileFindRuns } from '../../worker/match/compile-matcher.ts'
import type { MatchSpec } from '../../worker/match/matcher.ts'
import { type FindRuns, runWords } from '../../worker/match/matcher.ts'
import { loadNative } from '../../worker/native/load-native.ts'
import type { Deflater, Effort } from '../../worker/outputs/zip/deflater.ts'
import { createNativeDeflater } from '../../worker/outputs/zip/deflater-native.ts'
import { zlibDeflater } from '../../worker/outputs/zip/deflater-zlib.ts'
import { ZipWriter } from '../../worker/outputs/zip/zip.ts'
import { openStore } from '../../worker/stores/open-store.ts'
import { ensureDay } from '../corpus/bench-days.ts'
import type { Row, Section } from '../results.ts'
import { median } from './measure-command.ts'
import { serveCorpus } from './serve-corpus.ts'

/*
 * The stages of an export, each by itself in this process, by CPU time (the zip by wall time). They show where time
 * goes, and which implementations of a stage are worth keeping.
 */

/** Measures the stages. */
export async function* benchStages(rounds: number): AsyncGenerator<Section> {
  for (const corpus of ['big', 'tiny', 'multi'] as const) yield await benchInflate(corpus, rounds)
  yield await benchMatch(rounds)
  yield await benchZip(rounds)
  for (const corpus of ['tiny', 'big'] as const) yield await benchGet(corpus, rounds)
}

/** Objects in memory: inflaters are measured, not disks. */
async function storedObjects(corpus: 'big' | 'tiny' | 'multi', most: number): Promise<readonly Buffer[]> {
  const directory = await ensureDay(corpus, 1)
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.slice(0, most).map(({ parentPath, name }) => readFileSync(join(parentPath, name)))
}

async function benchInflate(corpus: 'big' | 'tiny' | 'multi', rounds: number): Promise<Section> {
  const objects = await storedObjects(corpus, corpus === 'tiny' ? 2000 : 4)
  const rows: Row[] = []
  for (const name of inflaterNames) {
    if (name === 'isa-l' && !loadNative().native) continue
    let textBytes = 0
    const cpuSeconds = await medianCpuSeconds(rounds, async () => {
      textBytes = await inflateAll(objects, name)
    })
    rows.push({
      name,
      figures: { 'GB/s text': textBytes / cpuSeconds / 1e9, 'objects/s': objects.length / cpuSeconds }
    })
  }
  return { title: `stage inflate: ${corpus}, one thread`, plotted: { plot: 'stages', column: 'GB/s text' }, rows }
}

async function inflateAll(objects: readonly Buffer[], name: InflaterName): Promise<number> {
  const context = createDecoderContext(await chooseInflaters(name))
  const amounts = { storedBytes: 0, textBytes: 0 }
  for (const object of objects)
    await readText(
      () => bodyOf(object),
      context,
      { maxRatio: 1000 },
      () => {},
      amounts
    )
  context.close()
  return amounts.textBytes
}

function bodyOf(object: Buffer): ObjectBody {
  let isRead = false
  return {
    read: () => {
      if (isRead) return null
      isRead = true
      return object
    },
    close: () => {}
  }
}

const things = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => `THING${String(number).padStart(5, '0')}`)

/** What is looked for in the text of one object. */
const searches: Readonly<Record<string, MatchSpec>> = {
  'one identifier': { identifiers: ['THING00001'], match: 'text', case: 'exact' },
  'match=word': { identifiers: ['THING00001'], match: 'word', case: 'exact' },
  'case=ignore': { identifiers: ['thing00001'], match: 'text', case: 'ignore' },
  '10 identifiers': { identifiers: things(10), match: 'text', case: 'exact' },
  '50 identifiers': { identifiers: things(50), match: 'text', case: 'exact' }
}

async function benchMatch(rounds: number): Promise<Section> {
  const text = await textOf(1)
  const { native } = loadNative()
  const rows: Row[] = []
  for (const [kind, addOn] of [['javascript', undefined] as const, ...(native ? [['native', native] as const] : [])]) {
    for (const [what, spec] of Object.entries(searches)) {
      const findRuns = compileFindRuns(spec, addOn)
      const runs = 20
      const cpuSeconds = await medianCpuSeconds(rounds, () => {
        for (let run = 0; run < runs; run++) linesIn(text, findRuns)
      })
      rows.push({ name: `${kind}: ${what}`, figures: { 'GB/s text': (runs * text.length) / cpuSeconds / 1e9 } })
    }
  }
  return { title: 'stage match: 25 MB of text, one thread', plotted: { plot: 'stages', column: 'GB/s text' }, rows }
}

/** How many lines have a hit, in pieces as the scan has them. */
function linesIn(text: Buffer, findRuns: FindRuns): number {
  const runs = new Uint32Array(10_000 * runWords)
  let lines = 0
  for (let start = 0; start < text.length; ) {
    const end = text.lastIndexOf(0x0a, start + 256 * 1024) + 1
    const block = text.subarray(start, end)
    const count = findRuns(block, 0, runs)
    for (let run = 0; run < count; run++) lines += runs[run * runWords + 2]!
    start = end
  }
  return lines
}

async function textOf(objects: number): Promise<Buffer> {
  return Buffer.concat((await storedObjects('big', objects)).map((stored) => gunzipSync(stored)))
}

async function benchZip(rounds: number): Promise<Section> {
  const text = await textOf(4)
  const rows: Row[] = []
  const { native } = loadNative()
  for (const deflater of [zlibDeflater, ...(native ? [createNativeDeflater(native)] : [])]) {
    for (const effort of ['small', 'fast'] as const) {
      for (const threads of [1, 2]) {
        let zipBytes = 0
        const seconds: number[] = []
        for (let round = 0; round <= rounds; round++) {
          const startMs = performance.now()
          zipBytes = await zipOnce(text, deflater, effort, threads)
          if (round > 0) seconds.push((performance.now() - startMs) / 1000)
        }
        const figures = { 'MB/s text': text.length / median(seconds) / 1e6, 'ratio of sizes': text.length / zipBytes }
        rows.push({ name: `${deflater.name}: ${effort}, ${threads} at once`, figures })
      }
    }
  }
  return { title: 'stage zip: 100 MB of text, by wall time', plotted: { plot: 'stages', column: 'MB/s text' }, rows }
}

async function zipOnce(text: Buffer, deflater: Deflater, effort: Effort, threads: number): Promise<number> {
  const zip = new ZipWriter(deflater, () => effort, threads)
  const written = (async () => {
    let bytes = 0
    for await (const piece of zip.body) bytes += (piece as Buffer).length
    return bytes
  })()
  zip.beginEntry('telemetry.log', new Date(0))
  const pieceBytes = 256 * 1024
  for (let at = 0; at < text.length; at += pieceBytes) await zip.write(text.subarray(at, at + pieceBytes))
  await zip.endEntry()
  zip.finish()
  return written
}

/** What a GET costs the client: the server is a process of its own. */
async function benchGet(corpus: 'tiny' | 'big', rounds: number): Promise<Section> {
  const directory = await ensureDay(corpus, 1)
  await using server = await serveCorpus(['--directory', directory, '--bucket', 'logs'])
  for (const assignment of server.environment.split(' ')) {
    const [name, value] = assignment.split('=') as [string, string]
    process.env[name] = value
  }
  await using store = openStore({ url: 's3://logs', pathStyle: true })
  const keys: { key: string; size: number }[] = []
  for await (const page of store.list('')) keys.push(...page)
  const objects = keys.slice(0, corpus === 'tiny' ? 2000 : 32)
  const ways: Readonly<Record<string, () => Promise<void>>> = {
    'iot-log': () => getByStore(store, objects),
    'client-s3, 8 at a time': () => getBySdk(objects)
  }
  const rows: Row[] = []
  for (const [name, run] of Object.entries(ways)) {
    const microseconds = ((await medianCpuSeconds(rounds, run)) / objects.length) * 1e6
    rows.push({
      name,
      isPeer: name !== 'iot-log',
      figures: { 'CPU µs per GET': microseconds, 'GETs per CPU s': 1e6 / microseconds }
    })
  }
  return {
    title: `stage GET: objects of ${corpus}, one thread`,
    plotted: { plot: 'stages', column: 'GETs per CPU s' },
    rows
  }
}

async function getByStore(store: Store, objects: readonly { key: string; size: number }[]): Promise<void> {
  store.announce(objects)
  for (const object of objects) {
    const body = await store.open(object)
    while ((await body.read()) !== null);
    await body.close()
  }
}

async function getBySdk(objects: readonly { key: string }[]): Promise<void> {
  const client = new S3Client({ forcePathStyle: true })
  const waiting = [...objects]
  const take = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: next.key }))
      await Body!.transformToByteArray()
    }
  }
  await Promise.all(Array.from({ length: 8 }, take))
  client.destroy()
}

/** CPU of this process, all its threads, for one run; the first run does not count. */
async function medianCpuSeconds(rounds: number, run: () => unknown): Promise<number> {
  const seconds: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const started = process.cpuUsage()
    await run()
    const { user, system } = process.cpuUsage(started)
    if (round > 0) seconds.push((user + system) / 1e6)
  }
  return median(seconds)
}
