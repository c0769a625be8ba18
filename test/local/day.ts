import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { dayObjects, writeDay } from '../../bench/corpus/day.ts'

export interface LocalDay {
  /** `2023-10-01`, UTC. */
  readonly date: string
  /** About how much text it holds. */
  readonly textMegabytes: number
}

const things = 500

/** Writes the day below a directory if it is not there; a file beside it says which day is there. */
export async function prepareDay(
  directory: string,
  { date, textMegabytes }: LocalDay,
  overwrites = false
): Promise<void> {
  const marker = `${directory}.day`
  const wanted = `${date} ${textMegabytes} MB`
  if (!overwrites && existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return
  rmSync(marker, { force: true })
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const startMs = Date.parse(date)
  await writeDay(directory, { startMs, things, textBytes: textMegabytes * 1e6, seed: seedOf(date) })
  writeFileSync(marker, wanted)
}

/** A small day with every 50th object cut short: what a partial result is made of. */
export function* damagedDay(date: string): Generator<{ readonly key: string; readonly bytes: Buffer }> {
  let number = 0
  for (const { key, text } of dayObjects({ startMs: Date.parse(date), things, textBytes: 4e6, seed: 7 })) {
    const stored = gzipSync(text)
    yield { key, bytes: number++ % 50 === 20 ? stored.subarray(0, stored.length / 2) : stored }
  }
}

const seedOf = (date: string): number => Number(date.replaceAll('-', ''))
