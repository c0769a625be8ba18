import { formatBytes, formatNumber } from '../../worker/contract/units.ts'
import { type CorpusName, corpusShapes, ensureDay, type MatchRate, matchRates } from '../corpus/bench-days.ts'
import type { Row, Section } from '../results.ts'
import { type Contender, installed, iotLog, type PeerName, peers } from './contenders.ts'
import { type Measured, medianOf, pairedRatio, runInTurn } from './rounds.ts'

/*
 * Whole processes, from a directory of objects to the finished zip, beside what people use today, on the same corpus in
 * the same run.
 */

/** A day, what is looked for, and beside whom. */
export interface DayCase {
  readonly corpus: CorpusName
  /** How many names each object has. */
  readonly repeat: number
  readonly rate: MatchRate
  /** Those that would take minutes are left out. */
  readonly peers: readonly PeerName[]
}

export const dayCases: readonly DayCase[] = [
  {
    corpus: 'big',
    repeat: 4,
    rate: '0.02',
    peers: ['igzip', 'clickhouse', 'ugrep', 'rg', 'duckdb', 'idiomatic', 'zcat']
  },
  { corpus: 'big', repeat: 4, rate: '2', peers: ['igzip', 'clickhouse', 'ugrep'] },
  { corpus: 'big', repeat: 4, rate: '20', peers: ['igzip', 'clickhouse', 'ugrep'] },
  { corpus: 'big', repeat: 1, rate: '100', peers: ['igzip', 'clickhouse', 'ugrep'] },
  { corpus: 'tiny', repeat: 10, rate: '0.02', peers: ['clickhouse', 'ugrep'] },
  { corpus: 'multi', repeat: 4, rate: '0.02', peers: ['igzip', 'clickhouse', 'ugrep', 'rg'] }
]

/** Measures one case. */
export async function benchDay(one: DayCase, rounds: number, withPeers: boolean): Promise<Section> {
  const { corpus, repeat, rate } = one
  const directory = await ensureDay(corpus, repeat)
  const others = withPeers ? installed(one.peers.map((name): Contender => peers[name])) : []
  const ours = [iotLog(2), iotLog(1), iotLog(2, { inflater: 'zlib-handle' })]
  const measured = await runInTurn([...ours, ...others], directory, matchRates[rate], rounds)
  const plot = rate === '0.02' ? 'days' : 'rates'
  return {
    title: titleOf(one),
    plotted: { plot, column: 'GB/s text' },
    rows: measured.map((each) => {
      return { ...rowOf(each, measured[0]!, one), isPeer: others.includes(each.contender) }
    })
  }
}

/** `big: 256 objects, 6.4 GB of text, 0.02 % of the lines match`. */
export function titleOf({ corpus, repeat, rate }: Pick<DayCase, 'corpus' | 'repeat' | 'rate'>): string {
  const { objects, bytes } = amountsOf(corpus, repeat)
  return `${corpus}: ${formatNumber(objects)} objects, ${formatBytes(bytes)} of text, ${rate} % of the lines match`
}

/** Objects, and bytes of text. */
export function amountsOf(corpus: CorpusName, repeat: number): { readonly objects: number; readonly bytes: number } {
  const { objects, textBytes } = corpusShapes[corpus]
  return { objects: objects * repeat, bytes: objects * textBytes * repeat }
}

function rowOf(measured: Measured, first: Measured, { corpus, repeat }: DayCase): Row {
  const { objects, bytes } = amountsOf(corpus, repeat)
  const seconds = medianOf(measured, (run) => run.seconds)!
  return {
    name: measured.contender.name,
    figures: {
      'wall s': seconds,
      'GB/s text': bytes / seconds / 1e9,
      'objects/s': objects / seconds,
      'CPU s': medianOf(measured, ({ cpuSeconds }) => cpuSeconds),
      'peak MiB': medianOf(measured, ({ peakMebibytes }) => peakMebibytes),
      'times the first': pairedRatio(measured, first)
    }
  }
}
