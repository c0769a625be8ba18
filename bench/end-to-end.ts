import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatBytes } from '../worker/contract/units.ts'
import { alignColumns } from '../worker/report/words.ts'
import { type Contender, iotLog, isInstalled, peers } from './contenders.ts'
import { type CorpusName, corpusShapes, ensureDay, type MatchRate, matchRates } from './corpus/bench-days.ts'
import { type CommandRun, measureCommand, median } from './measure-command.ts'

/*
 * Whole processes, from a directory of objects to the finished zip, beside what people use today, on the same corpus in
 * the same run, in turn: machines are shared, so ratios within a round count, and medians of rounds.
 */

interface Case {
  readonly corpus: CorpusName
  /** How many names each object has. */
  readonly repeat: number
  readonly rate: MatchRate
  /** Contenders that take minutes on this case are left out of it. */
  readonly without: readonly string[]
}

const slow = ['zcat | grep -F', 'xargs -P2 igzip | rg -F']
const cases: readonly Case[] = [
  { corpus: 'big', repeat: 4, rate: '0.02', without: [] },
  { corpus: 'big', repeat: 4, rate: '2', without: [] },
  { corpus: 'big', repeat: 1, rate: '100', without: [] },
  { corpus: 'tiny', repeat: 10, rate: '0.02', without: [...slow, 'rg -z -F'] },
  { corpus: 'tiny', repeat: 1, rate: '0.02', without: slow },
  { corpus: 'multi', repeat: 4, rate: '0.02', without: [] }
]

const usage = `npm run bench -- [--corpus big,tiny,multi] [--rate 0.02,2,100] [--runs N] [--ours]
  --corpus  only these corpora        --rate  only these match rates, in percent of lines
  --runs    rounds that count (default 3, after one that does not)
  --ours    iot-log alone, without its peers`

const { values } = parseArgs({
  options: {
    corpus: { type: 'string', default: Object.keys(corpusShapes).join() },
    rate: { type: 'string', default: Object.keys(matchRates).join() },
    runs: { type: 'string', default: '3' },
    ours: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false }
  }
})
if (values.help) console.log(usage)
else await benchAll()

async function benchAll(): Promise<void> {
  const machine = `${availableParallelism()} processors (${cpus()[0]?.model.trim()}), Node ${process.versions.node}`
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${machine}\nWhole processes, medians of ${values.runs} rounds in turn`
  )
  const missing = peers.filter((peer) => !isInstalled(peer)).map((peer) => peer.name)
  if (missing.length > 0 && !values.ours) console.log(`Not installed, left out: ${missing.join('; ')}`)
  for (const one of cases) {
    if (values.corpus.split(',').includes(one.corpus) && values.rate.split(',').includes(one.rate)) await benchCase(one)
  }
}

async function benchCase({ corpus, repeat, rate, without }: Case): Promise<void> {
  const directory = await ensureDay(corpus, repeat)
  const { objects, textBytes } = corpusShapes[corpus]
  const totalText = objects * textBytes * repeat
  const others = values.ours ? [] : peers.filter((peer) => isInstalled(peer) && !without.includes(peer.name))
  const contenders = [iotLog(2), iotLog(1), ...others]
  const runs = await runInTurn(contenders, directory, matchRates[rate])
  const header = ['', 'wall s', 'GB/s text', 'objects/s', 'CPU s', 'peak MiB', 'iot-log is']
  const rows = contenders.map((contender, at) => describe(contender, runs[at]!, runs[0]!, totalText, objects * repeat))
  console.log(
    `\n${corpus}: ${objects * repeat} objects, ${formatBytes(totalText)} of text, ${rate} % of the lines match`
  )
  console.log(alignColumns([header, ...rows]).join('\n'))
}

/** One round after another, each contender once in a round; the first round warms the page cache and does not count. */
async function runInTurn(
  contenders: readonly Contender[],
  directory: string,
  identifier: string
): Promise<CommandRun[][]> {
  const scratch = mkdtempSync(join(tmpdir(), 'iot-log-bench-'))
  const runs: CommandRun[][] = contenders.map(() => [])
  for (let round = 0; round <= Number(values.runs); round++) {
    for (const [at, contender] of contenders.entries()) {
      const run = await measureCommand(contender.command(directory, identifier, join(scratch, String(at))))
      if (round > 0) runs[at]!.push(run)
    }
  }
  checkAgreement(scratch, contenders)
  rmSync(scratch, { recursive: true })
  return runs
}

/** A contender that finds less is no faster: the peers' outputs have one size. */
function checkAgreement(scratch: string, contenders: readonly Contender[]): void {
  const sizes = new Set(
    readdirSync(scratch)
      .filter((name) => !name.endsWith('.zip'))
      .map((name) => statSync(join(scratch, name)).size)
  )
  if (sizes.size > 1)
    throw new Error(`${contenders.map((one) => one.name).join(', ')} do not agree: ${[...sizes].join(', ')} bytes`)
}

function describe(
  contender: Contender,
  runs: readonly CommandRun[],
  ours: readonly CommandRun[],
  text: number,
  objects: number
): string[] {
  const seconds = median(runs.map((run) => run.seconds))
  const ratios = runs.map((run, round) => run.seconds / ours[round]!.seconds)
  const figure = (pick: (run: CommandRun) => number | undefined, digits: number): string => {
    const known = runs.map(pick).filter((value) => value !== undefined)
    return known.length === 0 ? '-' : median(known).toFixed(digits)
  }
  return [
    contender.name,
    seconds.toFixed(2),
    (text / seconds / 1e9).toFixed(2),
    Math.round(objects / seconds).toLocaleString('en-US'),
    figure((run) => run.cpuSeconds, 2),
    figure((run) => run.peakMebibytes, 0),
    runs === ours ? '' : `${median(ratios).toFixed(2)} x as fast`
  ]
}
