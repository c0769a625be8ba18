import { setTimeout as sleep } from 'node:timers/promises'
import { commandAt, judge, type Verdict } from './command.ts'
import type { Instances } from './instances.ts'
import { type Sent, sendRounds } from './load.ts'
import { type Outcome, type Place, type Service, services } from './place.ts'
import { startCold } from './start.ts'

/** Which services are slow, and how slow each of their answers is. */
interface Slowness {
  readonly services: readonly Service[]
  readonly ms: number
}

/** What commands met under one slowness. */
export interface SlowRow {
  readonly name: string
  readonly warm: readonly Sent[]
  readonly cold: Sent
}

/** Longer than any call may take: as good as none. */
const silentMs = 30_000
/** A command makes about a dozen calls, some of them in turn: from delays that all fit to delays that do not fit. */
const slownesses: readonly Slowness[] = [
  ...[50, 100, 200, 300, 450, 700, 1_200, 2_500].map((ms) => ({ services, ms })),
  ...services.map((one) => ({ services: [one], ms: silentMs }))
]

/** Sends a few commands to running instances, and one to a new one, under each slowness. */
export async function sendUnderSlowness(
  count: number,
  instances: Instances,
  place: Place
): Promise<readonly SlowRow[]> {
  const rows: SlowRow[] = []
  let position = 0
  for (const { services: slow, ms } of slownesses) {
    await place.slow(slow, ms)
    const cold = await startCold(commandAt(position++), place)
    const warm = await sendRounds({ rounds: 1, count, from: position }, instances)
    position += count
    const who = slow.length === services.length ? 'all' : slow.join(', ')
    const name = ms === silentMs ? `${who} silent` : `${who} ${ms} ms late`
    rows.push({ name, warm, cold })
  }
  await place.slow([], 0)
  return rows
}

/** As many people as `sendUnderSlowness` needs. */
export const slowPeople = (count: number): number => slownesses.length * (count + 1)

/** What stands in Batch and S3 once nothing changes any more: what was given up may go on behind an answer. */
export async function readOutcomeWhenStill(place: Place): Promise<Outcome> {
  let outcome = await place.readOutcome()
  for (let still = 0; still < 4; ) {
    await sleep(1_000)
    const next = await place.readOutcome()
    still = JSON.stringify(next) === JSON.stringify(outcome) ? still + 1 : 0
    outcome = next
  }
  return outcome
}

export function slowTable(rows: readonly SlowRow[]): string[][] {
  const header = ['', 'warm, worst ms', 'new instance, ms', 'said started', 'said not started', 'failed']
  const table = rows.map(({ name, warm, cold }) => {
    const verdicts = [...warm, cold].map(({ command, answer }) => judge(command, answer))
    const count = (wanted: Verdict): string => String(verdicts.filter((verdict) => verdict === wanted).length)
    const worst = Math.max(...warm.map(({ ms }) => ms))
    return [name, worst.toFixed(0), cold.ms.toFixed(0), count('started'), count('not-started'), count('failed')]
  })
  return [header, ...table]
}
