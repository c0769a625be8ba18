import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contender } from './contenders.ts'
import { type CommandRun, measureCommand, median } from './measure-command.ts'

/*
 * Machines are shared, so contenders run in turn, each once in a round, and only ratios within a round and medians of
 * rounds say anything.
 */

/** A contender's runs, one for each round. */
export interface Measured<T extends Contender = Contender> {
  readonly contender: T
  readonly runs: readonly CommandRun[]
  /** What it wrote: lines, or an archive. */
  readonly outputBytes: number
}

/**
 * Runs contenders in turn. Before the rounds the first one runs once, for the page cache.
 * @throws when one fails, or when those that write lines alone do not agree: who finds less is no faster
 */
export async function runInTurn<T extends Contender>(
  contenders: readonly T[],
  directory: string,
  identifier: string,
  rounds: number
): Promise<readonly Measured<T>[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'iot-log-bench-'))
  try {
    const outputOf = (at: number): string => join(scratch, String(at))
    const run = (at: number): Promise<CommandRun> =>
      measureCommand(contenders[at]!.command(directory, identifier, outputOf(at)))
    const runs: CommandRun[][] = contenders.map(() => [])
    await run(0)
    for (let round = 0; round < rounds; round++) for (const at of contenders.keys()) runs[at]!.push(await run(at))
    checkAgreement(contenders.map((_, at) => outputOf(at)).filter((path) => existsSync(path)))
    return contenders.map((contender, at) => {
      const path = [outputOf(at), `${outputOf(at)}.zip`].find((one) => existsSync(one))
      return { contender, runs: runs[at]!, outputBytes: path === undefined ? 0 : statSync(path).size }
    })
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

function checkAgreement(paths: readonly string[]): void {
  const sizes = new Set(paths.map((path) => statSync(path).size))
  if (sizes.size > 1) throw new Error(`The contenders do not find the same: ${[...sizes].join(', ')} bytes`)
}

/** How many times as much of something a run took as that of another in the same round, the median of the rounds. */
export function pairedRatio(
  of: Measured,
  to: Measured,
  figure: (run: CommandRun) => number = ({ seconds }) => seconds
): number {
  return median(of.runs.map((run, round) => figure(run) / figure(to.runs[round]!)))
}

/** The median of what is known of a figure; null where nothing is. */
export function medianOf({ runs }: Measured, figure: (run: CommandRun) => number | undefined): number | null {
  const known = runs.map(figure).filter((value) => value !== undefined)
  return known.length === 0 ? null : median(known)
}

/** CPU seconds of a run. @throws without GNU time */
export function cpuSecondsOf({ cpuSeconds }: CommandRun): number {
  if (cpuSeconds === undefined) throw new Error('GNU time (Debian: time) is needed to measure CPU seconds')
  return cpuSeconds
}
