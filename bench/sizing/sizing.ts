import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseSizing } from '../../infra/sizing.ts'
import { buildProgram, hasAddOn } from '../build-program.ts'
import { readOptions } from '../options.ts'
import { plotResults } from '../plots/plot.ts'
import {
  beginResults,
  machineText,
  type Results,
  type Row,
  type Section,
  saveResults,
  sectionText
} from '../results.ts'
import {
  type Assumptions,
  assumptionLines,
  localSeconds,
  type MeasuredRates,
  usualAssumptions
} from './sizing-model.ts'
import { dayOf, type ExportWay, measureExport, measureRates } from './sizing-rates.ts'
import { adviceLines, modelTasks, taskSections } from './sizing-tasks.ts'

/*
 * Measures this machine, and says which task of Fargate an export of a day wants, what that takes and what it costs,
 * beside Athena.
 */

const usage = `npm run bench:sizing -- [--bytes 100e9] [--objects 5000] [--match 0.02] [--ratio 5] [--minutes 15]
                        [--gigabits 0.39] [--rounds 3] [--known] [--write]
  --bytes     stored bytes of the day        --objects  its objects
  --match     percent of the text to keep    --ratio    bytes of text for each stored byte
  --minutes   in which an export should end
  --gigabits  network for each vCPU          --rounds   runs of each measurement
  --known     models with the rates of infra/sizing.json instead of measuring
  --write     writes infra/sizing.json, worker/model/scan-rates.json and bench/results`

const { values, numberOf } = readOptions(usage, {
  bytes: { type: 'string', default: '100e9' },
  objects: { type: 'string', default: '5000' },
  match: { type: 'string', default: '0.02' },
  ratio: { type: 'string', default: '5' },
  minutes: { type: 'string', default: '15' },
  gigabits: { type: 'string', default: String(usualAssumptions.networkBitsPerVcpu / 1e9) },
  rounds: { type: 'string', default: '3' },
  known: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false }
})
const rounds = numberOf('rounds', 1)
const wantedSeconds = numberOf('minutes', 1) * 60
const onOneProcessor = 'taskset -c 0 '
const sizingPath = new URL('../../infra/sizing.json', import.meta.url)
/**
 * The engine is chosen as if a thread read no faster, whatever its processor could: one connection to S3 gives about 90
 * MB/s, and what a task of Fargate gets AWS does not say. Too low a rate costs money, too high a one an hour.
 */
const mostStoredBytesPerThreadSecond = 90e6
const ratesPath = new URL('../../worker/model/scan-rates.json', import.meta.url)
await run()

async function run(): Promise<void> {
  const day = {
    bytes: numberOf('bytes', 0),
    objects: numberOf('objects', 0),
    match: numberOf('match', 0) / 100,
    textRatio: numberOf('ratio', 0)
  }
  const assumptions = { ...usualAssumptions, networkBitsPerVcpu: numberOf('gigabits', 0.001) * 1e9 }
  const begun = beginResults('sizing')
  const known = values.known ? knownRates() : undefined
  const measured = known ?? (await measureAll(begun))
  const tasks = modelTasks(day, measured.rates, assumptions)
  const results = { ...begun, sections: [...measured.sections, ...taskSections(day, tasks)] }
  for (const section of results.sections) console.log(sectionText(section))
  console.log(['', ...adviceLines(tasks, wantedSeconds)].join('\n'))
  console.log(['\nAssumed:', ...assumptionLines(assumptions)].join('\n- '))
  if (values.write && !known) write(results, measured.rates, assumptions)
}

interface Measurements {
  /** Of a task's program: with the add-on, where it is built. */
  readonly rates: MeasuredRates
  readonly sections: readonly Section[]
}

function knownRates(): Measurements {
  const { measured } = JSON.parse(readFileSync(sizingPath, 'utf8'))
  if (!measured) throw new Error('infra/sizing.json has no rates: npm run bench:sizing -- --write measures them')
  console.log(`With the rates of ${measured.where}`)
  return { rates: measured.rates, sections: [] }
}

async function measureAll({ machine }: Omit<Results, 'sections'>): Promise<Measurements> {
  console.log(machineText(machine))
  buildProgram()
  const fastest = hasAddOn() ? undefined : 'zlib-handle'
  const fromS3 = await measureRates(rounds, { inflater: fastest, isFromS3: true })
  const fromDirectory = await measureRates(rounds, { inflater: fastest, isFromS3: false })
  const rows: RatesRow[] = [
    ['S3', fromS3],
    ['directory', fromDirectory]
  ]
  if (hasAddOn()) rows.push(['S3, no add-on', await measureRates(rounds, { inflater: 'zlib-handle', isFromS3: true })])
  const sections = [rateSection(rows), await validate({ fromS3, fromDirectory }, rounds)]
  return { rates: fromS3, sections }
}

type RatesRow = readonly [name: string, rates: MeasuredRates]

function rateSection(measured: readonly RatesRow[]): Section {
  const rows = measured.map(([name, rates]) => ({
    name,
    figures: {
      'stored MB per CPU s': rates.storedBytesPerCpuSecond / 1e6,
      'CPU µs per object': rates.cpuSecondsPerObject * 1e6,
      'kept MB per CPU s': rates.keptBytesPerCpuSecond / 1e6,
      'start s': rates.startSeconds,
      'peak MiB': rates.baseMebibytes,
      'MiB per thread': rates.mebibytesPerThread
    }
  }))
  return { title: 'Rates of this machine, whole processes; S3 is a server on loopback', rows }
}

/** The model beside the clock: one and two processors, and a small heap. */
async function validate(
  rates: { readonly fromS3: MeasuredRates; readonly fromDirectory: MeasuredRates },
  rounds: number
): Promise<Section> {
  const ways: Readonly<Record<string, ExportWay>> = {
    ...(hasTaskset() && {
      // A thread alone does not keep the zip and the main thread off another processor.
      'directory, 1 thread on one processor': {
        threads: 1,
        inflater: undefined,
        isFromS3: false,
        under: onOneProcessor
      },
      'S3, 1 thread on one processor': { threads: 1, inflater: undefined, isFromS3: true, under: onOneProcessor }
    }),
    'directory, 2 threads': { threads: 2, inflater: undefined, isFromS3: false },
    // V8 reserves more addresses than `ulimit` would allow: its heap is bounded, and the peak of all is measured.
    'directory, 2 threads, heap of 64 MiB': {
      threads: 2,
      inflater: undefined,
      isFromS3: false,
      heapMebibytes: 64
    }
  }
  const rows: Row[] = []
  for (const [corpus, repeat, rate] of [
    ['big', 4, '0.02'],
    ['tiny', 4, '0.02'],
    ['big', 1, '100']
  ] as const) {
    const day = await dayOf(corpus, repeat, rate)
    for (const [name, way] of Object.entries(ways)) {
      const measured = await measureExport(corpus, repeat, rate, rounds, way)
      const model = localSeconds(day, way.threads, way.isFromS3 ? rates.fromS3 : rates.fromDirectory)
      rows.push({
        name: `${corpus}, ${rate} %: ${name}`,
        figures: {
          'model s': model,
          'measured s': measured.seconds,
          'measured / model': measured.seconds / model,
          'peak MiB': measured.peakMebibytes
        }
      })
    }
  }
  return { title: 'The model beside the clock', rows }
}

function hasTaskset(): boolean {
  return spawnSync('sh', ['-c', 'command -v taskset']).status === 0
}

function write(results: Results, rates: MeasuredRates, assumptions: Assumptions): void {
  const { date, machine } = results
  const where = `${date} on ${machineText(machine)}${hasAddOn() ? '' : ', without the native add-on'}`
  const { job } = JSON.parse(readFileSync(sizingPath, 'utf8'))
  const basis = `npm run bench:sizing, ${where}; from an S3 server on loopback, not on Fargate, whose network and vCPUs are assumed (bench/README.md)`
  const sizing = { job, basis, measured: { where, rates: short(rates) }, assumptions }
  parseSizing(sizing)
  writeJson(sizingPath, sizing)
  writeJson(ratesPath, {
    measured: `npm run bench:sizing, ${where}; at most ${mostStoredBytesPerThreadSecond / 1e6} MB/s, for the network's sake`,
    storedBytesPerThreadSecond: Math.min(short(rates).storedBytesPerCpuSecond, mostStoredBytesPerThreadSecond),
    secondsPerObject: short(rates).cpuSecondsPerObject,
    startSeconds: short(rates).startSeconds
  })
  console.log(
    ['', 'infra/sizing.json', 'worker/model/scan-rates.json', saveResults(results), ...plotResults(results)]
      .join('\nWrote ')
      .trim()
  )
}

/** Three digits: more would be noise. */
function short(rates: MeasuredRates): MeasuredRates {
  const entries = Object.entries(rates).map(([name, value]) => [name, Number(value.toPrecision(3))])
  return Object.fromEntries(entries) as unknown as MeasuredRates
}

function writeJson(path: URL, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}
