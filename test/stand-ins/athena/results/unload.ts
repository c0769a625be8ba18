import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { createRandom, type Random } from '../../../../bench/corpus/random.ts'
import { bytesOf } from '../tables/byte-text.ts'
import type { Row } from './rows.ts'

/** How an UNLOAD spreads its rows. */
export interface Spread {
  /** Result objects; fewer where there are fewer rows. */
  readonly objects: number
  readonly seed: number
  /**
   * Whether rows of one source object (the first column names it) may lie in several result objects. Then their order
   * is lost.
   */
  readonly scatters: boolean
}

/** One result object. */
export interface ResultObject {
  readonly name: string
  readonly bytes: Buffer
}

/** Rows that stay together and in order. */
const pageRows = 500

/**
 * Writes rows as the text writer of Athena does, unescaped, NULL as `\N`, into several objects. Pages of rows are dealt
 * out in an order that the seed gives, since splits are read in parallel.
 */
export function textObjects(
  rows: readonly Row[],
  delimiter: string,
  { objects, seed, scatters }: Spread
): ResultObject[] {
  const random = createRandom(seed)
  const written: Buffer[][] = Array.from({ length: objects }, () => [])
  // Every object gets a page first, so that a small result is spread as well.
  let dealt = 0
  const next = (): number => (dealt < objects ? dealt++ : random.below(objects))
  const sources = Map.groupBy(rows, ([first]) => first ?? '')
  const queues = [...sources.values()].map((ofSource) => ({
    pages: pagesOf(ofSource),
    object: scatters ? undefined : next()
  }))
  while (queues.length > 0) {
    const index = random.below(queues.length)
    const { pages, object } = queues[index]!
    const page = pages.shift()!
    written[object ?? next()]!.push(bytesOf(page.map((row) => lineOf(row, delimiter)).join('')))
    if (pages.length === 0) queues.splice(index, 1)
  }
  return written
    .filter((pages) => pages.length > 0)
    .map((pages) => ({ name: objectName(random), bytes: gzipSync(Buffer.concat(pages)) }))
}

function pagesOf(rows: readonly Row[]): Row[][] {
  const pages: Row[][] = []
  for (let at = 0; at < rows.length; at += pageRows) pages.push(rows.slice(at, at + pageRows))
  return pages
}

const lineOf = (row: Row, delimiter: string): string => `${row.map((field) => field ?? '\\N').join(delimiter)}\n`

/** `20231001_010203_00012_abcde_<uuid>.gz`, as a Trino writer names what it writes. */
const objectName = (random: Random): string =>
  `20231001_010203_${String(random.below(100_000)).padStart(5, '0')}_${random.hex(5)}_${randomUUID()}.gz`
