import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createFleet } from '../../bench/corpus/fleet.ts'
import { lifecycleLine, telemetryLine } from '../../bench/corpus/messages.ts'
import { createRandom } from '../../bench/corpus/random.ts'
import type { Config } from '../../worker/contract/config.ts'
import { compareKeys } from '../../worker/contract/key-order.ts'
import { parseRequest } from '../../worker/contract/parse-request.ts'
import type { StoreSettings } from '../../worker/contract/store.ts'
import { type ExportOptions, exportLogs } from '../../worker/export/export.ts'
import { zipOutput } from '../../worker/outputs/zip/export-archive.ts'
import { openStore } from '../../worker/stores/open-store.ts'
import { manifestOf, readArchive } from '../support/archives.ts'
import { referenceConfig } from '../support/configurations.ts'
import { inflaters } from '../support/native-add-on.ts'
import { damagedObjects, foundObjects, goodObjects, oddIdentifier } from '../support/odd-objects.ts'
import { grepLines } from '../support/oracle.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** A source of logs to export from. */
export interface SourceUnderTest extends AsyncDisposable {
  readonly settings: StoreSettings
  put(key: string, bytes: Buffer): Promise<void>
}

interface TestObject {
  readonly key: string
  readonly bytes: Buffer
  readonly text: Buffer
}

const config: Config = referenceConfig()
const now = Date.UTC(2023, 9, 2)
const generatedDay: readonly TestObject[] = generateDay()

/** What every export promises, from whatever store: the lines of grep, byte for byte, and an account of every object. */
export function testExactness(name: string, createSource: () => Promise<SourceUnderTest>): void {
  describe(`exactness from ${name}`, () => {
    for (const threads of [1, 2, 5]) {
      it(`gives grep's lines of a generated day, in key order (threads: ${threads})`, async () => {
        const words = ['THING00001', 'telemetry,lifecycle', '2023/10/01']
        const { files, status } = await exportDay(createSource, generatedDay, words, { threads })
        assert.equal(status, 'complete')
        assert.deepEqual([...files.keys()], ['telemetry_20231001.log', 'lifecycle_20231001.log', 'manifest.json'])
        assertEntry(files, 'telemetry_20231001.log', grepLines(textsBelow(generatedDay, 'telemetry/'), ['THING00001']))
        assertEntry(files, 'lifecycle_20231001.log', grepLines(textsBelow(generatedDay, 'lifecycle/'), ['THING00001']))
      })

      it(`gives what can be read of damaged objects, and accounts for each (threads: ${threads})`, async () => {
        const odd = [...goodObjects, ...damagedObjects, ...foundObjects].map((object, number) => {
          return {
            ...object,
            key: `commands/2023/10/01/07/${String(number).padStart(3, '0')} ${object.name}`.replaceAll('/b', '_b')
          }
        })
        const empty = { key: 'commands/2023/10/01/07/empty', bytes: Buffer.alloc(0), text: Buffer.alloc(0) }
        const { files, manifest } = await exportDay(
          createSource,
          [...odd, empty],
          [oddIdentifier, 'command', '2023/10/01'],
          { threads }
        )
        assertEntry(files, 'command_20231001.log', grepLines(textsBelow(odd, 'commands/'), [oddIdentifier]))
        assert.equal(manifest.status, 'partial')
        assert.deepEqual(manifest.objects, {
          listed: odd.length + 1,
          read: goodObjects.length + foundObjects.length,
          queried: 0,
          empty: 1,
          skipped: 0,
          unreadable: damagedObjects.length,
          archived: 0,
          vanished: 0,
          denied: 0
        })
        const expected = odd.filter((object) => object.outcome === 'unreadable')
        assert.deepEqual(
          manifest.notRead,
          expected
            .sort((a, b) => compareKeys(a.key, b.key))
            .map(({ key, outcome, reason, byte, text }) => {
              return { key, outcome, reason, byte, keptLines: countLines(grepLines(text, [oddIdentifier])) }
            })
        )
      })
    }

    it('gives the same by every inflater', async () => {
      const day = [
        ...generatedDay,
        ...damagedObjects.map((object, at) => ({ ...object, key: `telemetry/2023/10/01/23/${at}` }))
      ]
      const words = ['THING0', 'telemetry', '2023/10/01']
      const [first, ...others] = await Promise.all(
        inflaters.map(async (inflater) => (await exportDay(createSource, day, words, { threads: 2, inflater })).files)
      )
      for (const files of others) assert.deepEqual(files, first)
    })

    it('finds every line of a category by the word for its field', async () => {
      const day = generatedDay.filter((object) => object.key.startsWith('lifecycle/'))
      const { files } = await exportDay(createSource, day, ['client_id', 'lifecycle', '2023/10/01'], { threads: 2 })
      assertEntry(files, 'lifecycle_20231001.log', textsBelow(day, 'lifecycle/'))
    })

    it('compares identifiers as grep does with -F, -w and -i', async () => {
      const texts = [
        'THING0000',
        'THING00001',
        'thing00001',
        'x.y',
        'xay',
        'a[b]*\\c',
        'naïve',
        'na\u0308ive',
        'THING0000_',
        '(THING0000)'
      ]
      const text = Buffer.from(texts.map((one) => `${one} ${one}1\n`).join(''))
      const day = [{ key: 'telemetry/2023/10/01/00/x.gz', bytes: gzipSync(text), text }]
      const cases: readonly (readonly [string[], string[], Parameters<typeof grepLines>[2]])[] = [
        [['THING0000'], [], {}],
        [['THING0000'], ['match=word'], { match: 'word' }],
        [['thing00001'], ['case=ignore'], { case: 'ignore' }],
        [['Thing0000'], ['match=word', 'case=ignore'], { match: 'word', case: 'ignore' }],
        [['x.y'], [], {}],
        [['a[b]*\\c'], [], {}],
        [['naïve'], [], {}],
        [['NAÏVE', 'naïve'], ['case=ignore'], { case: 'ignore' }],
        [['x.y', 'THING0000', 'xay'], ['match=word'], { match: 'word' }]
      ]
      for (const [identifiers, options, grep] of cases) {
        const words = [identifiers.join(','), 'telemetry', '2023/10/01', ...options]
        const { files } = await exportDay(createSource, day, words, { threads: 2 })
        assertEntry(files, 'telemetry_20231001.log', grepLines(text, identifiers, grep))
      }
    })

    it('gives the same archive, byte for byte, whatever the number of threads', async () => {
      const hashes = new Set<string>()
      for (const threads of [1, 2, 3]) {
        const { path } = await exportDay(
          createSource,
          generatedDay,
          ['THING0', 'all', '2023/10/01'],
          { threads },
          (file) => {
            hashes.add(createHash('sha256').update(readFileSync(file)).digest('hex'))
          }
        )
        assert.match(path, /20231001_THING0\.zip$/)
      }
      assert.equal(hashes.size, 1)
    })
  })
}

/** Many small and some large objects over all hours, some in several members; every line matches `THING0`. */
function generateDay(): TestObject[] {
  const random = createRandom(7)
  const fleet = createFleet(50)
  const day: TestObject[] = []
  for (let number = 0; number < 400; number++) {
    const isLifecycle = number % 4 === 0
    const lines = number % 97 === 0 ? 6000 : random.below(40)
    const line = isLifecycle ? lifecycleLine : telemetryLine
    const texts = Array.from({ length: lines }, (_, at) => line(random, random.pick(fleet), now - 86_400_000 + at))
    const text = Buffer.from(texts.join('\n') + (number % 3 === 0 ? '' : '\n'))
    const cut = random.below(text.length + 1)
    const members = number % 5 === 0 ? [text.subarray(0, cut), text.subarray(cut)] : [text]
    const hour = String(random.below(24)).padStart(2, '0')
    const key = `${isLifecycle ? 'lifecycle' : 'telemetry'}/2023/10/01/${hour}/${random.hex(8)}.gz`
    day.push({ key, bytes: Buffer.concat(members.map((member) => gzipSync(member))), text })
  }
  return day
}

/** The texts of all objects below a prefix, in key order, each ended by a line end as objects share no lines. */
function textsBelow(day: readonly TestObject[], prefix: string): Buffer {
  const objects = day.filter((object) => object.key.startsWith(prefix)).sort((a, b) => compareKeys(a.key, b.key))
  return Buffer.concat(
    objects.map(({ text }) =>
      text.length > 0 && text.at(-1) !== 0x0a ? Buffer.concat([text, Buffer.from('\n')]) : text
    )
  )
}

interface ExportedDay {
  readonly path: string
  readonly files: Map<string, Buffer>
  readonly manifest: ReturnType<typeof manifestOf>
  readonly status: string
}

async function exportDay(
  createSource: () => Promise<SourceUnderTest>,
  day: readonly TestObject[],
  words: readonly string[],
  options: Pick<ExportOptions, 'threads' | 'inflater'>,
  onArchive: (path: string) => void = () => {}
): Promise<ExportedDay> {
  await using source = await createSource()
  using directory = temporaryDirectory()
  await Promise.all(day.map((object) => source.put(object.key, object.bytes)))
  await using store = openStore(source.settings)
  const request = parseRequest(words, config, now)
  const key = `20231001_${request.identifiers[0]!.replace(/[^A-Za-z0-9]/g, '_')}.zip`
  using result = await exportLogs(request, {
    environment: config.environments.get('dev')!,
    limits: config.limits,
    source: store,
    sourceSettings: source.settings,
    athena: { obstacle: 'this test has no Athena' },
    openOutput: zipOutput(
      { store: openStore({ url: directory.url }), key, overwrite: false },
      config.limits.maxArchiveBytes
    ),
    tool: 'iot-log test',
    signal: new AbortController().signal,
    ...options
  })
  const path = join(directory.path, key)
  const files = await readArchive(path)
  const manifest = manifestOf(files)
  assertAgreement(result, files, manifest, path)
  onArchive(path)
  return { path, files, manifest, status: result.status }
}

/** Result, manifest and archive say the same. */
function assertAgreement(
  result: Awaited<ReturnType<typeof exportLogs>>,
  files: ReadonlyMap<string, Buffer>,
  manifest: ReturnType<typeof manifestOf>,
  path: string
): void {
  const bytes = readFileSync(path)
  assert.deepEqual(result.archive?.bytes, bytes.length)
  assert.equal(result.archive.sha256, createHash('sha256').update(bytes).digest('hex'))
  assert.deepEqual(manifest.entries, result.entries)
  assert.deepEqual(manifest.objects, result.objects)
  assert.deepEqual(manifest.scanned, result.scanned)
  assert.equal(manifest.version, 2)
  for (const entry of result.entries) {
    const content = files.get(entry.name)!
    assert.equal(entry.bytes, content.length)
    assert.equal(entry.lines, countLines(content))
    assert.equal(entry.sha256, createHash('sha256').update(content).digest('hex'))
  }
}

function assertEntry(files: ReadonlyMap<string, Buffer>, name: string, expected: Buffer): void {
  const entry = files.get(name)
  assert.ok(entry, `there is no entry ${name}`)
  assert.ok(entry.equals(expected), `${name} has ${entry.length} bytes, grep gives ${expected.length}`)
}

function countLines(text: Buffer): number {
  return text.toString('latin1').split('\n').length - 1
}
