import { readFileSync, writeFileSync } from 'node:fs'
import { alignColumns } from '../../worker/report/result-text.ts'
import { buildProgram, hasAddOn } from '../build-program.ts'
import { ensureDay, matchRates } from '../corpus/bench-days.ts'
import { readOptions } from '../options.ts'
import { describeMachine, machineText } from '../results.ts'
import { type Contender, iotLog, peers } from './contenders.ts'
import { type Floors, floorOf, floorShare, type GuardCase, guardCases, judge } from './guard-cases.ts'
import { pairedRatio, runInTurn } from './rounds.ts'

/*
 * Fails when an export has become slower than its floor, as a ratio to the idiomatic pipeline in the same rounds; what is
 * below is measured once more first. Takes two minutes.
 */

const usage = `npm run bench:guard -- [--rounds 5] [--record] [--inflater zlib-handle|zlib-stream]
  --rounds    that count
  --record    overwrites bench/export/floors.json with what is measured
  --inflater  as if a faster one were lost, to see that the guard fails`

const { values, numberOf, namesOf } = readOptions(usage, {
  rounds: { type: 'string', default: '5' },
  record: { type: 'boolean', default: false },
  inflater: { type: 'string' }
})
const path = new URL('./floors.json', import.meta.url)
const floors: Floors = JSON.parse(readFileSync(path, 'utf8'))
const rounds = numberOf('rounds', 1)
const inflaterInstead =
  values.inflater === undefined ? undefined : namesOf('inflater', ['zlib-handle', 'zlib-stream'])[0]

console.log(machineText(describeMachine()))
buildProgram()
const cases = guardCases.filter(({ inflater }) => inflater !== undefined || hasAddOn())
if (cases.length < guardCases.length)
  console.log('Without the native add-on (npm run build:native): its cases are left out')
let ratios = await measure(cases)
if (values.record) record(ratios)
else {
  const below = cases.filter(({ name }) => judge(name, ratios.get(name)!, floors) === 'below')
  if (below.length > 0) {
    console.log(`Once more: ${below.map(({ name }) => name).join(', ')}`)
    ratios = new Map([...ratios, ...(await measure(below))])
  }
  report(ratios)
}

/** How many times as fast as the idiomatic pipeline each is: cases of one day are measured in the same rounds. */
async function measure(some: readonly GuardCase[]): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  const dayOf = ({ corpus, repeat, rate }: GuardCase): string => `${corpus} ${repeat} ${rate}`
  for (const group of Map.groupBy(some, dayOf).values()) {
    const { corpus, repeat, baselineRepeat, rate } = group[0]!
    const directory = await ensureDay(corpus, repeat)
    const less = await ensureDay(corpus, baselineRepeat)
    const onLess: Contender = { ...peers.idiomatic, command: (_, ...words) => peers.idiomatic.command(less, ...words) }
    const ours = group.map(({ inflater }) => iotLog(2, { inflater: inflaterInstead ?? inflater }))
    const [baseline, ...measured] = await runInTurn([onLess, ...ours], directory, matchRates[rate], rounds)
    for (const [at, one] of measured.entries()) {
      found.set(group[at]!.name, (pairedRatio(baseline!, one) * repeat) / baselineRepeat)
    }
  }
  return found
}

function report(ratios: ReadonlyMap<string, number>): void {
  const rows = [...ratios].map(([name, ratio]) => {
    const verdict = judge(name, ratio, floors)
    if (verdict !== 'ok') process.exitCode = 1
    return [name, ratio.toFixed(2), String(floors.floors[name] ?? '-'), verdict]
  })
  console.log(alignColumns([['times gunzip + split2', 'now', 'floor', ''], ...rows]).join('\n'))
  if (process.exitCode === 1) console.log(`FAILED: slower than its floor. Floors: ${floors.measured}`)
}

function record(ratios: ReadonlyMap<string, number>): void {
  const measured = `${new Date().toISOString().slice(0, 10)}, medians of ${rounds} paired rounds on ${machineText(describeMachine())}; floors are ${floorShare * 100} % of them`
  const seen = Object.fromEntries([...ratios].map(([name, ratio]) => [name, Number(ratio.toFixed(2))]))
  const least = Object.fromEntries([...ratios].map(([name, ratio]) => [name, floorOf(ratio)]))
  writeFileSync(path, `${JSON.stringify({ measured, seen, floors: least }, null, 2)}\n`)
  console.log(`Wrote bench/export/floors.json: ${JSON.stringify(seen)}`)
}
