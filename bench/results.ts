import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { formatNumber } from '../worker/contract/units.ts'
import { alignColumns } from '../worker/report/result-text.ts'

/** A table of figures of the same things. */
export interface Section {
  readonly title: string
  /** The column whose bars are drawn, and in which plot; undefined: in none. */
  readonly plotted?: { readonly plot: PlotName; readonly column: string }
  readonly rows: readonly Row[]
}

/** The plots, by the names of their files in bench/results, and what stands above them. */
export const plotTitles = {
  days: 'From a directory to a verified zip',
  rates: 'From a directory to a verified zip, when more matches',
  s3: 'From S3 to a verified zip',
  stages: 'Stages of an export',
  sizing: 'A day on Fargate, modelled'
} as const
export type PlotName = keyof typeof plotTitles

export interface Row {
  readonly name: string
  /** Not ours. */
  readonly isPeer?: boolean
  /** By the name of the column, which ends with its unit; null where it could not be measured. */
  readonly figures: Readonly<Record<string, number | string | null>>
}

/** A run of a bench, as bench/results/ keeps it. */
export interface Results {
  readonly name: string
  /** UTC day. */
  readonly date: string
  readonly machine: Machine
  /** Of the sources; ends with `+` where they were changed since. */
  readonly commit: string
  readonly sections: readonly Section[]
}

export interface Machine {
  readonly cpu: string
  readonly processors: number
  readonly memoryGiB: number
  readonly arch: string
  readonly node: string
  /** Of the last minute, when the bench began: above a few tenths, others were at work. */
  readonly load: number
}

export const resultsDirectory = new URL('./results/', import.meta.url)

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    arch: process.arch,
    node: process.versions.node,
    load: Math.round(loadavg()[0]! * 10) / 10
  }
}

export function machineText({ cpu, processors, memoryGiB, arch, node, load }: Machine): string {
  return `${processors} processors (${cpu}, ${arch}), ${memoryGiB} GiB, Node ${node}, load ${load}`
}

/** What is known before the first figure. */
export function beginResults(name: string): Omit<Results, 'sections'> {
  const date = new Date().toISOString().slice(0, 10)
  return { name, date, machine: describeMachine(), commit: commitOf() }
}

function commitOf(): string {
  const git = (...words: string[]): string => execFileSync('git', words, { encoding: 'utf8', stdio: 'pipe' }).trim()
  try {
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+')
    )
  } catch {
    return 'unknown'
  }
}

/** Writes `<date>-<name>.json`. Gives its path. */
export function saveResults(results: Results): string {
  const path = new URL(`${results.date}-${results.name}.json`, resultsDirectory)
  const short = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value
  mkdirSync(resultsDirectory, { recursive: true })
  writeFileSync(path, `${JSON.stringify(results, short, 2)}\n`)
  return `bench/results/${results.date}-${results.name}.json`
}

/** The section as a table. */
export function sectionText({ title, rows }: Section): string {
  const columns = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))]
  const lines = rows.map(({ name, figures }) => [name, ...columns.map((column) => figureText(figures[column]))])
  return [`\n${title}`, ...alignColumns([['', ...columns], ...lines])].join('\n')
}

/** Three digits that count; whole numbers above them. */
export function figureText(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '-'
  if (typeof value === 'string') return value
  return value >= 1000 ? formatNumber(Math.round(value)) : String(Number(value.toPrecision(3)))
}
