import type { Limits } from '../contract/config-schema.ts'
import { ProblemsError } from '../contract/errors.ts'
import type { RequestOptions } from '../contract/request-options.ts'
import { formatBytes, formatCount, formatSeconds } from '../contract/units.ts'
import rates from './scan-rates.json' with { type: 'json' }

/*
 * Chooses the engine of each category: the worker itself, or Athena. Athena costs 10 to 30 times as much, so it is used
 * only to save time: it reads the largest categories until the scan of the rest is short enough.
 */

/** The speed of a scan, measured by `npm run bench:sizing`. */
interface ScanRates {
  /** Compressed bytes that one thread reads, inflates and searches in a second. */
  readonly storedBytesPerThreadSecond: number
  /** The cost of an object besides its bytes: open, close, its share of messages. */
  readonly secondsPerObject: number
  /** The start of the process and its threads. */
  readonly startSeconds: number
}

/** Written by `npm run bench:sizing -- --write`. The file says where and when it was measured. */
const measuredRates: ScanRates = rates

/** Objects and stored bytes of a listing, or of a part of it. */
export interface Amounts {
  readonly objects: number
  readonly storedBytes: number
}

export type Engine = 'scan' | 'athena'

/** A category without an engine yet. */
export interface ListedCategory extends Amounts {
  readonly name: string
  /** Why Athena can't read it; undefined if it can. */
  readonly obstacle: string | undefined
}

/** The input of a choice. */
export interface EngineQuestion {
  readonly categories: readonly ListedCategory[]
  readonly threads: number
  readonly limits: Pick<Limits, 'scanMinutes' | 'maxObjects'>
  readonly wanted: RequestOptions['engine']
  readonly rates?: ScanRates
}

/** The engine of each category, and why. */
export interface EngineChoice {
  /** In the order of the categories. */
  readonly engines: readonly Engine[]
  /** Why Athena can't read a category, for each; undefined if it can. */
  readonly obstacles: readonly (string | undefined)[]
  /** With the figures of this machine, for the user. */
  readonly reason: string
  /** Without these figures, for the manifest: the same from every machine. */
  readonly basis: string
}

/** The estimated time of a scan. */
export function scanSeconds({ objects, storedBytes }: Amounts, threads: number, rates = measuredRates): number {
  const threadSeconds = storedBytes / rates.storedBytesPerThreadSecond + objects * rates.secondsPerObject
  return rates.startSeconds + threadSeconds / threads
}

/**
 * Chooses the engines. With `auto` the worker reads everything if that takes at most `limits.scanMinutes` and is at most
 * `limits.maxObjects`. It always reads the categories that Athena can't read.
 * @throws ProblemsError (`wrong-words`) if the request wants Athena and Athena can't read a category
 */
export function chooseEngine(question: EngineQuestion): EngineChoice {
  const { categories, wanted } = question
  const obstacles = [...new Set(categories.flatMap(({ obstacle }) => obstacle ?? []))]
  if (wanted === 'athena' && obstacles.length > 0) {
    const subject = 'engine=athena'
    throw new ProblemsError('wrong-words', [
      { subject, text: `engine=athena: Athena can't read this: ${obstacles.join('; ')} (engine=auto reads it)` }
    ])
  }
  const queried =
    wanted === 'athena' ? new Set(categories) : wanted === 'scan' ? new Set() : categoriesForAthena(question)
  const engines = categories.map((category) => (queried.has(category) ? 'athena' : 'scan'))
  return { engines, obstacles: categories.map(({ obstacle }) => obstacle), ...wordsFor(question, engines) }
}

/** The largest first, until the scan of the rest is within the limits. */
function categoriesForAthena(question: EngineQuestion): ReadonlySet<ListedCategory> {
  const { categories, threads, rates } = question
  const chosen = new Set<ListedCategory>()
  const bySize = categories
    .filter(({ obstacle, objects }) => obstacle === undefined && objects > 0)
    .sort((a, b) => scanSeconds(b, threads, rates) - scanSeconds(a, threads, rates))
  for (const category of bySize) {
    if (!isTooMuch(sumOf(categories.filter((one) => !chosen.has(one))), question)) break
    chosen.add(category)
  }
  return chosen
}

function isTooMuch(amounts: Amounts, { threads, limits, rates }: EngineQuestion): boolean {
  return amounts.objects > limits.maxObjects || scanSeconds(amounts, threads, rates) > limits.scanMinutes * 60
}

function sumOf(amounts: readonly Amounts[]): Amounts {
  return {
    objects: amounts.reduce((sum, { objects }) => sum + objects, 0),
    storedBytes: amounts.reduce((sum, { storedBytes }) => sum + storedBytes, 0)
  }
}

function wordsFor(question: EngineQuestion, engines: readonly Engine[]): { reason: string; basis: string } {
  const { categories, threads, limits, wanted, rates } = question
  const all = sumOf(categories)
  const basis = `${formatBytes(all.storedBytes)} in ${formatCount(all.objects, 'object')}`
  const seconds = scanSeconds(all, threads, rates)
  const onThreads = `${formatSeconds(seconds)} on ${formatCount(threads, 'thread')}`
  const limit = `${limits.scanMinutes} min`
  const isLong = seconds > limits.scanMinutes * 60
  const isMany = all.objects > limits.maxObjects
  if (!engines.includes('athena')) {
    const obstacles = isLong || isMany ? [...new Set(categories.flatMap(({ obstacle }) => obstacle ?? []))] : []
    const why = obstacles.length === 0 || wanted === 'scan' ? '' : `, but Athena can't read it: ${obstacles.join('; ')}`
    return { reason: `${basis}: about ${onThreads}, ${isLong ? 'over' : 'under'} ${limit}${why}`, basis }
  }
  const over =
    isMany && !isLong
      ? `are more than ${formatCount(limits.maxObjects, 'object')}`
      : `would take ${onThreads}, over ${limit}`
  const scanned = categories.filter((_, at) => engines[at] === 'scan').map(({ name }) => name)
  const rest = scanned.length === 0 ? '' : `; ${scanned.join(', ')} by scan`
  const asked = wanted === 'athena' ? ': asked for' : ` ${over}`
  return { reason: `${basis}${asked}${rest}`, basis: `${basis}${rest}` }
}
