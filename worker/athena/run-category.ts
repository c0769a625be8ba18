import type { Limits } from '../contract/config-schema.ts'
import { IotLogError } from '../contract/errors.ts'
import type { Store } from '../contract/store.ts'
import { formatBytes, formatCount } from '../contract/units.ts'
import type { Window } from '../contract/window.ts'
import type { DecoderContext } from '../decode/decoder.ts'
import { compileFrameMatcher } from '../formats/record-picker.ts'
import { findFormat } from '../formats/registry.ts'
import type { CategoryListing, CategoryPlan } from '../scan/category-plan.ts'
import type { AthenaApi } from './api.ts'
import { KeySort } from './key-sort.ts'
import { createHeaderTest, createLineTimes } from './line-time.ts'
import { type RunOptions, runQuery, type SucceededQuery, tokenOf } from './query.ts'
import { QueryFailure } from './query-failure.ts'
import { isHadoopCodec, isReadDirectly } from './readable.ts'
import { type ResultBucket, readRows, unloadedObjects } from './result-objects.ts'
import { RowReader } from './rows.ts'
import { unloadStatement } from './statement.ts'
import { tableOf } from './table.ts'

/*
 * One category, read by Athena: the query, the objects that it wrote, and their lines in order. The worker itself reads
 * the objects that Athena may have read differently from what is stored.
 */

/** A query is run again if its failure may be temporary, or if the object that caused it can be left out. */
const mostFailures = 3
/** Queries that earlier attempts of a job have cancelled do not count: Batch makes ten attempts at most. */
const mostRuns = 20
/** Objects that the worker reads itself, besides hidden and archived ones. With more, Athena can't read the category. */
const mostChecked = 10_000
/** Objects that are left out of a query from the beginning: each is a parameter. */
const mostLeftOut = 200
/** The part of the listed bytes that Athena must have read. Below it, Athena did not read the day. */
const leastReadShare = 0.99
const newline = 0x0a

/** Where and as whom queries run, and where their results go. */
export interface AthenaAccess {
  readonly api: AthenaApi
  readonly database: string
  readonly workgroup: string
  /** The tokens of this export's queries come from it. It is the same in every attempt of a job. */
  readonly seed: string
  readonly results: ResultBucket
  /** Key prefix in the bucket of results for this export alone. */
  readonly prefix: string
}

/** A category that Athena reads. */
export interface AskedCategory {
  readonly plan: CategoryPlan
  readonly listing: CategoryListing
}

/** The input of the query of one category. */
interface CategoryQuestion extends AskedCategory, Omit<RunOptions, 'api' | 'firstPollMs'> {
  readonly window: Window
  readonly source: Store
  readonly limits: Pick<Limits, 'maxLineBytes'>
  readonly context: DecoderContext
}

/** The result of a category. Disposing deletes its files. */
export interface CategoryResult extends Disposable {
  /** Lines of the objects that Athena has read, and of others that the listing does not hold. */
  readonly lines: KeySort
  /** Keys of objects that the worker has to read itself. */
  readonly unread: ReadonlySet<string>
  readonly scannedBytes: number
}

/** Athena can't read a category: the worker has to read it. */
export class UnreadCategory extends Error {}

/** Asks Athena. @throws UnreadCategory, IotLogError, or the signal's reason */
export async function askAthena(question: CategoryQuestion, access: AthenaAccess): Promise<CategoryResult> {
  const excluded = await leftOut(question)
  for (let run = 1, failures = 0; ; run++) {
    try {
      return await askOnce(question, access, run, excluded)
    } catch (error) {
      question.signal.throwIfAborted()
      const isEarlier = error instanceof QueryFailure && error.wasOverBefore && error.status.state === 'CANCELLED'
      if (!isEarlier) failures++
      const blamed = await blamedObject(error, question, excluded)
      if (blamed !== undefined) excluded.push(blamed)
      const isWorthIt = isEarlier || blamed !== undefined || mayPass(error)
      if (!isWorthIt || failures === mostFailures || run === mostRuns) throw error
    }
  }
}

/** Objects that would fail the query. */
async function leftOut({ plan, listing, source }: CategoryQuestion): Promise<string[]> {
  const urls: string[] = []
  for await (const page of listing.pages()) {
    urls.push(...page.filter(({ key }) => isHadoopCodec(key)).map(({ key }) => source.urlOf(key)))
    if (urls.length <= mostLeftOut) continue
    throw new UnreadCategory(`objects of ${plan.category.name} are named like codecs of Hadoop, such as ${urls[0]}`)
  }
  return urls
}

/** The object that made a query fail: its URL stands in the reason. */
async function blamedObject(
  error: unknown,
  { source, listing }: CategoryQuestion,
  excluded: readonly string[]
): Promise<string | undefined> {
  if (!(error instanceof QueryFailure)) return undefined
  const { reason } = error.status
  let blamed = ''
  if (!reason.includes(`${source.url}/`)) return undefined
  for await (const page of listing.pages()) {
    for (const { key } of page) {
      const url = source.urlOf(key)
      if (url.length > blamed.length && reason.includes(url)) blamed = url
    }
  }
  return blamed === '' || excluded.includes(blamed) ? undefined : blamed
}

/** Whether running it again may help. An earlier attempt may have deleted results that are gone. */
function mayPass(error: unknown): boolean {
  if (error instanceof QueryFailure) return error.status.isRetryable
  return error instanceof IotLogError && error.code === 'query-failed' && error.subject !== undefined
}

async function askOnce(
  question: CategoryQuestion,
  access: AthenaAccess,
  run: number,
  excluded: readonly string[]
): Promise<CategoryResult> {
  const { plan, window } = question
  const { api, database, workgroup, seed, results } = access
  const { name } = plan.category
  const table = tableOf(plan.category)
  if ('problem' in table) throw new UnreadCategory(table.problem)
  const prefix = `${access.prefix}${name}/${run}/`
  const target = `s3://${results.name}/${prefix}`
  const statement = unloadStatement({ database, table, window, reading: plan.reading, excluded, target })
  const token = tokenOf(seed, statement)
  const query = await runQuery({ ...statement, workgroup, database, token }, { ...question, api })
  const unread = new Set(excluded.map((url) => keyOfSource(url, question)!))
  await checkAmount(query, question, unread)
  const lines = new KeySort()
  try {
    await sortRows(query, prefix, question, access, lines, unread)
    return { lines, unread, scannedBytes: query.scannedBytes, [Symbol.dispose]: () => lines[Symbol.dispose]() }
  } catch (error) {
    lines[Symbol.dispose]()
    throw error
  }
}

/** A table that points elsewhere, or whose projection leaves the day out, gives no rows and no error. */
async function checkAmount(
  { id, scannedBytes }: SucceededQuery,
  { listing, plan }: CategoryQuestion,
  unread: ReadonlySet<string>
): Promise<void> {
  const { prefixLength } = plan.reading
  let expected = 0
  for await (const page of listing.pages()) {
    for (const object of page) {
      if (!isReadDirectly(object, prefixLength) && !unread.has(object.key)) expected += object.size
    }
  }
  if (scannedBytes >= expected * leastReadShare) return
  const { table, name } = plan.category
  const amounts = `${formatBytes(scannedBytes)} of ${formatBytes(expected)}`
  const text = `Athena has read ${amounts} of ${name} (query ${id}): the table ${table} has another location or projection than the configuration: make it again from queries/tables`
  throw new IotLogError('query-failed', text, {
    userText: `Athena has read only ${amounts} of ${name}: the table ${table} does not fit the configuration.`
  })
}

async function sortRows(
  query: SucceededQuery,
  prefix: string,
  question: CategoryQuestion,
  { results }: AthenaAccess,
  lines: KeySort,
  unread: Set<string>
): Promise<void> {
  const { plan, limits, context, signal } = question
  const timeOf = createLineTimes(findFormat(plan.reading.format))
  const isHeader = createHeaderTest(findFormat(plan.reading.format))
  const reader = new RowReader(compileFrameMatcher(findFormat(plan.reading.format), plan.reading.spec), {
    lines: (path, bytes, from, to) => {
      const key = keyOfSource(path, question)
      if (key === undefined) return
      for (let start = from; start < to; ) {
        const end = bytes.indexOf(newline, start) + 1
        const line = bytes.subarray(start, end - 1)
        if (!isHeader(line)) lines.add(key, timeOf(line), bytes, start, end)
        start = end
      }
    },
    check: (path) => {
      const key = keyOfSource(path, question)
      if (key === undefined || unread.size < unread.add(key).size || unread.size <= mostChecked) return
      const text = `${formatCount(unread.size, 'object')} of ${plan.category.name} are not what their names say`
      throw new UnreadCategory(text)
    }
  })
  const objects = await unloadedObjects(query, prefix, results, signal)
  results.store.announce(objects)
  for (const object of objects) {
    signal.throwIfAborted()
    await readRows(object, reader, results, context, limits)
  }
}

/** The key of an object of the source; undefined for an object that is stored elsewhere. */
function keyOfSource(url: string, { source }: CategoryQuestion): string | undefined {
  return url.startsWith(`${source.url}/`) ? url.slice(source.url.length + 1) : undefined
}
