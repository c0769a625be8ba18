import { fargateMemory } from '../../infra/sizing.ts'
import { type RegionPrices, regionPrices } from '../../worker/contract/prices.ts'
import { formatBytes, formatCount, formatSeconds } from '../../worker/contract/units.ts'
import type { Row, Section } from '../results.ts'
import {
  type Assumptions,
  athenaDollars,
  type Day,
  exportDollars,
  leastMemory,
  type MeasuredRates,
  neededMebibytes,
  type SizeTime,
  taskTime
} from './sizing-model.ts'

/*
 * The sizes of Fargate beside each other for one day, and which of them to take. Pure.
 */

/** A size that Fargate has, with what the day takes and costs there. */
export interface ModelledTask extends SizeTime {
  readonly vcpu: number
  readonly memoryMiB: number
  /** US dollars, by region and by kind of task. */
  readonly dollars: Readonly<Record<string, Readonly<Record<string, number>>>>
}

const shownRegion = 'us-east-1'
/** The columns of prices. */
const kinds = {
  '$ x86_64': { arch: 'x86_64', isSpot: false },
  '$ x86_64 Spot': { arch: 'x86_64', isSpot: true },
  '$ arm64': { arch: 'arm64', isSpot: false },
  '$ arm64 Spot': { arch: 'arm64', isSpot: true }
} as const
const shownKind = '$ x86_64'

/** Every number of vCPUs, with the least memory that is enough; from the smallest. */
export function modelTasks(day: Day, rates: MeasuredRates, assumptions: Assumptions): readonly ModelledTask[] {
  const tasks: ModelledTask[] = []
  for (const [vcpu, range] of fargateMemory) {
    const memoryMiB = leastMemory(range, neededMebibytes(vcpu, rates))
    if (memoryMiB === undefined) continue
    const time = taskTime(day, vcpu, rates, assumptions)
    const dollars = mapValues(regionPrices, (prices: RegionPrices) =>
      mapValues(kinds, (kind) => exportDollars(day, time.seconds, { vcpu, memoryMiB, ...kind }, prices))
    )
    tasks.push({ ...time, vcpu, memoryMiB, dollars })
  }
  return tasks
}

const sizeOf = ({ vcpu, memoryMiB }: ModelledTask): string => `${vcpu} vCPU, ${memoryMiB / 1024} GiB`

/** Time and cost of each, and the cost of Athena. */
export function taskSections(day: Day, tasks: readonly ModelledTask[]): readonly Section[] {
  const kept = Number((day.match * 100).toPrecision(3))
  const title = `${formatBytes(day.bytes)} in ${formatCount(day.objects, 'object')}, ${kept} % kept`
  const times: Row[] = tasks.map((task) => ({
    name: `Fargate, ${sizeOf(task)}`,
    figures: { minutes: task.seconds / 60, 'bound by': task.bound }
  }))
  const costs = Object.entries(regionPrices).map(([region, prices]): Section => {
    const rows: Row[] = tasks.map((task) => ({ name: `Fargate, ${sizeOf(task)}`, figures: task.dollars[region]! }))
    const athena = { name: 'Athena', isPeer: true, figures: { [shownKind]: athenaDollars(day, prices) } }
    return {
      title: `Cost in ${region}: ${title}`,
      ...(region === shownRegion && { plotted: { plot: 'sizing', column: shownKind } }),
      rows: [...rows, athena]
    }
  })
  return [{ title: `Time: ${title}`, plotted: { plot: 'sizing', column: 'minutes' }, rows: times }, ...costs]
}

/** Which size to take: the smallest that is in time, or the fastest where none is; and the cheapest. */
export function adviceLines(tasks: readonly ModelledTask[], wantedSeconds: number): readonly string[] {
  const wanted = formatSeconds(wantedSeconds)
  const inTime = tasks.find(({ seconds }) => seconds <= wantedSeconds)
  const chosen = inTime ?? tasks.reduce((a, b) => (b.seconds < a.seconds ? b : a))
  const cheapest = tasks.reduce((a, b) => (dollarsOf(b) < dollarsOf(a) ? b : a))
  const first = inTime ? `The smallest that ends in ${wanted}` : `None ends in ${wanted} (--minutes); the fastest`
  return [
    `${first}: ${describeTask(chosen)}`,
    ...(cheapest === chosen ? [] : [`The cheapest: ${describeTask(cheapest)}`]),
    'What is deployed is `job` of infra/sizing.json; quotas of vCPUs are in infra/README.md.'
  ]
}

function dollarsOf({ dollars }: ModelledTask, kind: keyof typeof kinds = shownKind): number {
  return dollars[shownRegion]![kind]!
}

function describeTask(task: ModelledTask): string {
  const [price, spot] = [dollarsOf(task), dollarsOf(task, '$ x86_64 Spot')].map((dollars) => dollars.toPrecision(2))
  return `${sizeOf(task)}: ${formatSeconds(task.seconds)}, ${price} USD, ${spot} on Spot (${shownRegion}, x86_64)`
}

function mapValues<Value, Mapped>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped
): Readonly<Record<string, Mapped>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
}
