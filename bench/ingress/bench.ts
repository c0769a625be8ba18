import { availableParallelism, cpus, loadavg } from 'node:os'
import { alignColumns } from '../../worker/report/result-text.ts'
import { buildProgram } from '../build-program.ts'
import { readOptions } from '../options.ts'
import { audit, type Findings } from './audit.ts'
import { measureBundle } from './bundle.ts'
import { commandAt, judge, type Verdict } from './command.ts'
import { type Guard, holds } from './guard.ts'
import { startInstances } from './instances.ts'
import { loadTable, percentile, type Sent, sendLoad, sendRounds, timesOf } from './load.ts'
import { startPlace } from './place.ts'
import { readOutcomeWhenStill, sendUnderSlowness, slowPeople, slowTable } from './slow.ts'
import { type ColdStart, coldTable, startCold } from './start.ts'

/*
 * The ingress as it is deployed, against stand-ins in a process of their own: how large its bundle is, how long a new
 * instance takes to answer its first command, how long commands take at a constant rate, and whether any takes more than
 * Slack's 3 s when all that it calls is slow. Ends with 1 when a bound is broken.
 */

const usage = `npm run bench:ingress -- [--rate 50] [--seconds 30] [--starts 9] [--instances 4] [--skip-slow]
  --rate       commands a second               --seconds    of the load
  --starts     new processes to measure        --instances  processes, which take one request at a time
  --skip-slow  leaves the slow stand-ins out, which take a minute`

const { values, numberOf } = readOptions(usage, {
  rate: { type: 'string', default: '50' },
  seconds: { type: 'string', default: '30' },
  starts: { type: 'string', default: '9' },
  instances: { type: 'string', default: '4' },
  'skip-slow': { type: 'boolean', default: false }
})
const [rate, seconds, starts, instanceCount] = (['rate', 'seconds', 'starts', 'instances'] as const).map((name) =>
  numberOf(name, 1)
) as [number, number, number, number]

/** One in ten is sent twice. */
const twiceEvery = 10
/** Until the code is compiled: in a Lambda that costs only its own time, here all share two processors. */
const warmRounds = 40

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`
const load = (): string => `load average ${loadavg()[0]!.toFixed(1)}`
console.log(`${availableParallelism()} processors, shared with the stand-ins; Node ${process.versions.node}; ${load()}`)
buildProgram()
const guards = [...benchBundle(), ...(await benchRunning()), ...(values['skip-slow'] ? [] : await benchSlow())]
process.exitCode = guards.map(holds).every(Boolean) ? 0 : 1

function benchBundle(): Guard[] {
  const { files, bytes, gzipBytes } = measureBundle('ingress-slack.mjs')
  console.log(`Bundle: ${files} files, ${kilobytes(bytes)}, ${kilobytes(gzipBytes)} as gzip`)
  return [
    { what: 'bundle', value: bytes / 1000, bound: 1_300, unit: 'kB' },
    { what: 'bundle as gzip', value: gzipBytes / 1000, bound: 350, unit: 'kB' }
  ]
}

/** New instances first, then the load; everything that was sent is compared with what the stand-ins have. */
async function benchRunning(): Promise<Guard[]> {
  await using place = await startPlace(starts + instanceCount * warmRounds + rate * seconds)
  const cold: ColdStart[] = []
  for (let position = 0; position < starts; position++) cold.push(await startCold(commandAt(position), place))
  console.log(`\nFirst command of a new process, ${starts} times; ${load()}`)
  console.log(alignColumns(coldTable(cold)).join('\n'))

  await using instances = await startInstances(instanceCount, place)
  const warmUp = await sendRounds({ rounds: warmRounds, count: instanceCount, from: starts }, instances)
  const before = processorTimes()
  const sent = await sendLoad({ rate, seconds, twiceEvery, from: starts + warmUp.length }, instances)
  const busy = busyPercent(before, processorTimes())
  const how = `one in ${twiceEvery} twice, ${instanceCount} instances, processors ${busy} % busy`
  console.log(`\n${rate} commands a second for ${seconds} s, ${how}; ${load()}`)
  console.log(alignColumns(loadTable(sent)).join('\n'))
  const all = [...cold, ...warmUp, ...sent]
  const outcome = await place.readOutcome()
  const started = all.filter(({ command, answer }) => judge(command, answer) === 'started').length
  console.log(`${all.length} sent, ${started} said to have started, ${outcome.submissions.length} jobs in Batch`)

  const findings = audit(all, outcome, (verdict) => verdict === 'started' || verdict === 'running')
  const median = percentile(timesOf(cold), 0.5)
  return [
    { what: 'first command of a new process, median', value: median, bound: 800, unit: 'ms' },
    { what: 'p99 under load', value: percentile(timesOf(sent), 0.99), bound: 500, unit: 'ms' },
    ...findingGuards(findings),
    countGuard('records that lack their Batch job', findings.unnamed)
  ]
}

/** Whether a person waits too long when all that the ingress calls is slow. */
async function benchSlow(): Promise<Guard[]> {
  await using place = await startPlace(slowPeople(instanceCount))
  await using instances = await startInstances(instanceCount, place)
  const rows = await sendUnderSlowness(instanceCount, instances, place)
  console.log(`\nUnder slow stand-ins; ${load()}`)
  console.log(alignColumns(slowTable(rows)).join('\n'))
  const coldOnes = new Set<Sent>(rows.map(({ cold }) => cold))
  // Without the secrets the ingress can't verify a person, and strangers get no text.
  const allows = (verdict: Verdict, one: Sent): boolean =>
    verdict !== 'wrong' && (verdict !== 'failed' || coldOnes.has(one))
  const all = rows.flatMap(({ warm, cold }) => [...warm, cold])
  return [
    { what: 'slowest answer under slow stand-ins', value: Math.max(...timesOf(all)), bound: 3_000, unit: 'ms' },
    ...findingGuards(audit(all, await readOutcomeWhenStill(place), allows))
  ]
}

interface ProcessorTimes {
  readonly busyMs: number
  readonly idleMs: number
}

/** Of the whole machine: near 100 %, a rate depends more on other programs than on the ingress. */
function processorTimes(): ProcessorTimes {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const idleMs = sum(cpus().map(({ times }) => times.idle))
  return { idleMs, busyMs: sum(cpus().flatMap(({ times }) => Object.values(times))) - idleMs }
}

function busyPercent(from: ProcessorTimes, to: ProcessorTimes): string {
  const busyMs = to.busyMs - from.busyMs
  return ((100 * busyMs) / (busyMs + to.idleMs - from.idleMs)).toFixed(0)
}

function findingGuards({ lost, doubled, stray }: Findings): Guard[] {
  return [
    countGuard('commands lost', lost),
    countGuard('jobs doubled', doubled),
    countGuard('jobs without a notification', stray)
  ]
}

function countGuard(what: string, examples: readonly string[]): Guard {
  return { what, value: examples.length, bound: 1, unit: '', examples }
}
