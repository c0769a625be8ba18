import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type CorpusName, ensureDay, type MatchRate, matchRates } from '../corpus/bench-days.ts'
import { iotLog } from '../export/contenders.ts'
import { amountsOf } from '../export/end-to-end.ts'
import { cpuSecondsOf, medianOf, runInTurn } from '../export/rounds.ts'
import { serveCorpus } from '../export/serve-corpus.ts'
import type { Day, MeasuredRates } from './sizing-model.ts'

/*
 * The rates of the sizing model, from whole exports of days that differ in one thing: many bytes, many objects, many lines
 * that match. A task reads from S3; the server is a process of its own, so CPU seconds count.
 */

/** One export, measured. */
export interface MeasuredExport {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMebibytes: number
}

/** Where an export reads, and how. */
export interface ExportWay {
  readonly threads: number
  readonly inflater: 'zlib-handle' | undefined
  readonly isFromS3: boolean
  /** Put before the command, such as `taskset -c 0 `. */
  readonly under?: string
  /** As in `ExportVariant`. */
  readonly heapMebibytes?: number
}

/** What has rates of its own. */
export type Rated = Pick<ExportWay, 'inflater' | 'isFromS3'>

/** Medians of an export of a day. */
export async function measureExport(
  corpus: CorpusName,
  repeat: number,
  rate: MatchRate,
  rounds: number,
  { threads, inflater, isFromS3, under = '', heapMebibytes }: ExportWay
): Promise<MeasuredExport> {
  const place = `${isFromS3 ? 'S3' : 'directory'}, ${threads} thread${threads === 1 ? '' : 's'}`
  process.stderr.write(`measuring ${corpus}, ${rate} % kept, ${place} …\n`)
  const directory = await ensureDay(corpus, repeat)
  await using started = new AsyncDisposableStack()
  const served = isFromS3 ? started.use(await serveCorpus(['--directory', directory, '--bucket', 'logs'])) : undefined
  const from = served ? { source: 's3://logs', environment: `env ${served.environment}` } : { environment: 'env' }
  const plain = iotLog(threads, { ...from, inflater, heapMebibytes })
  const contender = {
    ...plain,
    command: (...words: Parameters<typeof plain.command>) => `${under}${plain.command(...words)}`
  }
  const [measured] = await runInTurn([contender], directory, matchRates[rate], rounds)
  return {
    seconds: medianOf(measured!, (run) => run.seconds)!,
    cpuSeconds: medianOf(measured!, cpuSecondsOf)!,
    peakMebibytes: medianOf(measured!, (run) => run.peakMebibytes)!
  }
}

/** What a corpus is as a day: its bytes as they are stored. */
export async function dayOf(corpus: CorpusName, repeat: number, rate: MatchRate): Promise<Day> {
  const directory = await ensureDay(corpus, 1)
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const stored = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
  const { objects, bytes } = amountsOf(corpus, repeat)
  return { bytes: stored * repeat, objects, match: Number(rate) / 100, textRatio: bytes / (stored * repeat) }
}

/** Takes the rates, at one thread; memory at one and two. */
export async function measureRates(rounds: number, { inflater, isFromS3 }: Rated): Promise<MeasuredRates> {
  const way = { threads: 1, inflater, isFromS3 }
  const start = await measureExport('one', 1, '100', rounds, way)
  const [big, tiny] = [await dayOf('big', 2, '0.02'), await dayOf('tiny', 1, '0.02')]
  const bigRun = await measureExport('big', 2, '0.02', rounds, way)
  const tinyRun = await measureExport('tiny', 1, '0.02', rounds, way)
  const perUnit = solve(big, bigRun.cpuSeconds - start.cpuSeconds, tiny, tinyRun.cpuSeconds - start.cpuSeconds)
  // Half of the day, all of it kept: what it takes beyond reading is the zip.
  const kept = await measureExport('big', 1, '100', rounds, way)
  const reading = (start.cpuSeconds + bigRun.cpuSeconds) / 2
  const twoThreads = await measureExport('big', 1, '100', rounds, { ...way, threads: 2 })
  const mebibytesPerThread = Math.max(0, twoThreads.peakMebibytes - kept.peakMebibytes)
  return {
    storedBytesPerCpuSecond: 1 / perUnit.secondsPerByte,
    cpuSecondsPerObject: perUnit.secondsPerObject,
    keptBytesPerCpuSecond: amountsOf('big', 1).bytes / (kept.cpuSeconds - reading),
    startSeconds: start.seconds,
    baseMebibytes: kept.peakMebibytes - mebibytesPerThread,
    mebibytesPerThread
  }
}

type Sizes = Pick<Day, 'bytes' | 'objects'>

/** What a byte and an object cost, from two days: two equations with two unknowns. */
export function solve(
  one: Sizes,
  oneSeconds: number,
  other: Sizes,
  otherSeconds: number
): { readonly secondsPerByte: number; readonly secondsPerObject: number } {
  const determinant = one.bytes * other.objects - other.bytes * one.objects
  return {
    secondsPerByte: (oneSeconds * other.objects - otherSeconds * one.objects) / determinant,
    secondsPerObject: (otherSeconds * one.bytes - oneSeconds * other.bytes) / determinant
  }
}
