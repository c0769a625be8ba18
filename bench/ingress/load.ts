import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Command, commandAt } from './command.ts'
import type { Instances } from './instances.ts'

export interface LoadOptions {
  /** Commands a second, each of another person and for another device. */
  readonly rate: number
  readonly seconds: number
  /** Of so many commands one is sent twice, at the same instant. */
  readonly twiceEvery: number
  /** The position of the first command. */
  readonly from: number
}

/** One command and what came of it. */
export interface Sent {
  readonly command: Command
  readonly answer: Answer
  /** From the moment it was due, not from when it got through: waiting counts. */
  readonly ms: number
}

/** Sends `count` commands at once, so many times in turn. */
export async function sendRounds(
  { rounds, count, from }: { readonly rounds: number; readonly count: number; readonly from: number },
  instances: Instances
): Promise<readonly Sent[]> {
  const sent: Sent[] = []
  for (let round = 0; round < rounds; round++) {
    const commands = Array.from({ length: count }, (_, at) => commandAt(from + round * count + at))
    sent.push(...(await Promise.all(commands.map((command) => sendOne(command, performance.now(), instances)))))
  }
  return sent
}

/** Sends commands at a constant rate, whether or not earlier ones are answered. */
export async function sendLoad(options: LoadOptions, instances: Instances): Promise<readonly Sent[]> {
  const { rate, seconds, twiceEvery, from } = options
  const startMs = performance.now()
  const sending: Promise<Sent>[] = []
  for (let position = 0; position < rate * seconds; position++) {
    const dueMs = startMs + (position * 1000) / rate
    const earlyMs = dueMs - performance.now()
    if (earlyMs > 0) await sleep(earlyMs)
    const command = commandAt(from + position)
    const times = position % twiceEvery === 0 ? 2 : 1
    for (let time = 0; time < times; time++) sending.push(sendOne(command, dueMs, instances))
  }
  return Promise.all(sending)
}

async function sendOne(command: Command, dueMs: number, instances: Instances): Promise<Sent> {
  const answer = await instances.send(command)
  return { command, answer, ms: performance.now() - dueMs }
}

/** The value that this share of all does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export const timesOf = (sent: readonly Sent[]): readonly number[] => sent.map(({ ms }) => ms)

export function loadTable(sent: readonly Sent[]): string[][] {
  const shares = [0.5, 0.9, 0.99, 1].map((share) => percentile(timesOf(sent), share).toFixed(0))
  return [['p50 ms', 'p90 ms', 'p99 ms', 'worst ms'], shares]
}
