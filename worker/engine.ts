import type { Limits } from './contract/config-schema.ts'
import { formatBytes, formatCount, formatSeconds } from './contract/units.ts'

/** How fast this build scans, as `npm run bench` measures it. */
export interface ScanRates {
  /** Compressed bytes that one thread reads, inflates and searches in a second. */
  readonly storedBytesPerThreadSecond: number
  /** What an object costs beyond its bytes: open, close, its share of messages. */
  readonly secondsPerObject: number
  /** Start of the process and its threads. */
  readonly startSeconds: number
}

/** Measured on two shared x86-64 cores from a local directory, 5:1 gzip (bench/README.md). */
export const measuredRates: ScanRates = { storedBytesPerThreadSecond: 90e6, secondsPerObject: 40e-6, startSeconds: 0.2 }

/** What a scan would have to read and how long it would take. */
export interface ScanEstimate {
  readonly objects: number
  readonly storedBytes: number
  readonly threads: number
  readonly seconds: number
}

/** From a listing to an estimate. */
export function estimateScan(
  listed: { readonly objects: number; readonly storedBytes: number },
  threads: number,
  rates: ScanRates = measuredRates
): ScanEstimate {
  const { objects, storedBytes } = listed
  const threadSeconds = storedBytes / rates.storedBytesPerThreadSecond + objects * rates.secondsPerObject
  return { objects, storedBytes, threads, seconds: rates.startSeconds + threadSeconds / threads }
}

/** The engine that reads a day, and why. */
export interface EngineChoice {
  readonly engine: 'scan'
  /** With the figures of this machine, for whoever waits. */
  readonly reason: string
  /** Without them, for the manifest: the same from every machine. */
  readonly basis: string
}

/** Chooses the engine. There is one so far. */
export function chooseEngine(estimate: ScanEstimate, limits: Pick<Limits, 'scanMinutes'>): EngineChoice {
  const amounts = `${formatBytes(estimate.storedBytes)} in ${formatCount(estimate.objects, 'object')}`
  const isInTime = estimate.seconds <= limits.scanMinutes * 60
  const verdict = `${isInTime ? 'under' : 'over'} ${limits.scanMinutes} min`
  const machine = `about ${formatSeconds(estimate.seconds)} on ${formatCount(estimate.threads, 'thread')}`
  return { engine: 'scan', reason: `${amounts}: ${machine}, ${verdict}`, basis: amounts }
}
