import { formatBytes } from '../../worker/contract/units.ts'
import { ensureDay, matchRates } from '../corpus/bench-days.ts'
import type { Section } from '../results.ts'
import { archiverPipeline, type Contender, installed, iotLog, peers, plainSdk } from './contenders.ts'
import { amountsOf } from './end-to-end.ts'
import { cpuSecondsOf, type Measured, medianOf, pairedRatio, runInTurn } from './rounds.ts'
import { serveCorpus } from './serve-corpus.ts'

/*
 * What this project says of its speed, each claim measured: medians of paired rounds on two processors.
 */

/** A figure and what it must reach: at least, or at most. */
export interface Claim {
  readonly claim: string
  readonly figure: number
  readonly bound: number
  readonly isMost?: boolean
}

export const isHeld = ({ figure, bound, isMost }: Claim): boolean => (isMost ? figure <= bound : figure >= bound)

const mostMebibytes = 512
const withoutAddOn = { inflater: 'zlib-handle' } as const

/** By the name that `--part` takes. */
export const claimParts: Readonly<Record<string, (rounds: number) => Promise<readonly Claim[]>>> = {
  // 26 GB of text, so that the quarter of a second until it reads does not decide.
  big: (rounds) =>
    claimsBeside('big', 16, rounds, {
      with: [
        [peers.igzip, 1.5],
        [peers.clickhouse, 1.5]
      ]
    }),
  grep: (rounds) =>
    claimsBeside('big', 4, rounds, {
      with: [
        [peers.ugrep, 2.6],
        [peers.rg, 4.5]
      ],
      without: [
        [peers.rg, 2.2],
        [peers.ugrep, 1.1]
      ]
    }),
  tiny: (rounds) => claimsBeside('tiny', 10, rounds, { with: [[peers.ugrep, 1.6]], without: [[peers.ugrep, 1.0]] }),
  zip: claimsOfZip,
  s3: claimsOfS3,
  memory: claimsOfMemory
}

/** Claims as a table; the last column says whether each holds. */
export function claimSection(claims: readonly Claim[]): Section {
  return {
    title: 'What must hold',
    rows: claims.map((one) => ({
      name: one.claim,
      figures: {
        measured: one.figure,
        [one.isMost ? 'at most' : 'at least']: one.bound,
        holds: isHeld(one) ? 'yes' : 'NO'
      }
    }))
  }
}

type Bound = readonly [peer: Contender, atLeast: number]

async function claimsBeside(
  corpus: 'big' | 'tiny',
  repeat: number,
  rounds: number,
  bounds: { readonly with: readonly Bound[]; readonly without?: readonly Bound[] }
): Promise<readonly Claim[]> {
  const directory = await ensureDay(corpus, repeat)
  const variants = [
    { ours: iotLog(2), words: '', of: bounds.with },
    ...(bounds.without ? [{ ours: iotLog(2, withoutAddOn), words: ', no add-on', of: bounds.without }] : [])
  ]
  const contenders = [...variants.map(({ ours }) => ours), ...installed(bounds.with.map(([peer]) => peer))]
  const measured = await runInTurn(contenders, directory, matchRates['0.02'], rounds)
  const day = `${corpus}, ${formatBytes(amountsOf(corpus, repeat).bytes)}`
  return variants.flatMap(({ words, of }, at) => {
    const ours = measured[at]!
    const claims = of.flatMap(([peer, bound]): Claim[] => {
      const other = measured.find(({ contender }) => contender === peer)
      return other ? [{ claim: `${day}${words}: times ${peer.name}`, figure: pairedRatio(other, ours), bound }] : []
    })
    return [...claims, peakClaim(day, ours)]
  })
}

async function claimsOfZip(rounds: number): Promise<readonly Claim[]> {
  const directory = await ensureDay('big', 1)
  // What all but the first megabytes of so much get (worker/outputs/zip/deflate-effort.ts).
  const others = installed([archiverPipeline(1)])
  const [ours, other] = await runInTurn([iotLog(2), ...others], directory, matchRates['100'], rounds)
  if (!other) return []
  const claim = '100 % match'
  const size = ours!.outputBytes / other.outputBytes
  return [
    { claim: `${claim}: times ${other.contender.name}`, figure: pairedRatio(other, ours!), bound: 2 },
    { claim: `${claim}: size, of that pipeline's`, figure: size, bound: 1.05, isMost: true },
    peakClaim(claim, ours!)
  ]
}

async function claimsOfS3(rounds: number): Promise<readonly Claim[]> {
  const directory = await ensureDay('tiny', 1)
  await using server = await serveCorpus(['--directory', directory, '--bucket', 'logs'])
  const { environment } = server
  const contenders = [iotLog(2, { source: 's3://logs', environment }), plainSdk('logs', environment)]
  const [ours, sdk] = await runInTurn(contenders, directory, matchRates['0.02'], rounds)
  const claim = 'tiny from S3: objects per CPU second, times'
  return [
    { claim: `${claim} ${sdk!.contender.name}`, figure: pairedRatio(sdk!, ours!, cpuSecondsOf), bound: 3 },
    peakClaim('tiny from S3', ours!)
  ]
}

async function claimsOfMemory(rounds: number): Promise<readonly Claim[]> {
  const claims: Claim[] = []
  for (const [corpus, rate] of [
    ['big', '0.02'],
    ['tiny', '100']
  ] as const) {
    const [once, tenTimes] = await Promise.all([ensureDay(corpus, 1), ensureDay(corpus, 10)])
    const runs = async (directory: string): Promise<Measured> =>
      (await runInTurn([iotLog(2)], directory, matchRates[rate], rounds))[0]!
    const [small, large] = [await runs(once), await runs(tenTimes)]
    const claim = `${corpus}, ${rate} %, ten times the data`
    claims.push(
      { claim: `${claim}: memory, of once`, figure: peakOf(large) / peakOf(small), bound: 1.15, isMost: true },
      peakClaim(claim, large)
    )
  }
  return claims
}

function peakClaim(of: string, measured: Measured): Claim {
  const name = `${of}: peak MiB of ${measured.contender.name}`
  return { claim: name, figure: peakOf(measured), bound: mostMebibytes, isMost: true }
}

function peakOf(measured: Measured): number {
  const peak = medianOf(measured, ({ peakMebibytes }) => peakMebibytes)
  if (peak === null) throw new Error('GNU time (Debian: time) is needed to measure memory')
  return peak
}
