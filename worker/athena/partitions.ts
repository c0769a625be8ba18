import { type Layout, prefixAt } from '../contract/layout.ts'

/*
 * How a layout becomes the partitions of a table (https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html):
 * `day` is the text from the first to the last of {yyyy}, {MM} and {dd}, `hour` is {HH}. No partition is registered:
 * Athena computes the prefixes.
 */

/** One partition. Its values have the form that the layout gives them. */
export interface Partition {
  readonly day: string
  readonly hour: string | undefined
}

/** The partitions of a layout. */
export interface Partitioning {
  /** The part before the first placeholder: the table's location, below the source. */
  readonly root: string
  /** The layout with `${day}` and `${hour}`. */
  readonly template: string
  /** The form of `day`, as a pattern of Java's DateTimeFormatter. */
  readonly dayPattern: string
  readonly hasHours: boolean
  /** The partition of the objects of a time. */
  of(timeMs: number): Partition
}

const anyPlaceholder = /\{(?:yyyy|MM|dd|HH)\}/g

/** The partitions of a layout, or why it has none. */
export function partitioningOf({ template, hasHours }: Layout): Partitioning | { readonly problem: string } {
  const places = [...template.matchAll(anyPlaceholder)].map(({ 0: text, index }) => ({ text, index }))
  const ofDay = places.filter(({ text }) => text !== '{HH}')
  const from = ofDay[0]!.index
  const to = ofDay.at(-1)!.index + ofDay.at(-1)!.text.length
  const dayTemplate = template.slice(from, to)
  if (dayTemplate.includes('{HH}')) {
    return { problem: `the layout ${template} has its hour inside the day, which no table can` }
  }
  const isRepeated = places.length !== new Set(places.map(({ text }) => text)).size
  if (isRepeated) return { problem: `the layout ${template} names a part of the time twice, which no table can` }
  const dayLayout = { template: dayTemplate, hasHours: false }
  return {
    root: template.slice(0, places[0]!.index),
    template: `${template.slice(0, from)}\${day}${template.slice(to)}`.replace('{HH}', `\${hour}`),
    dayPattern: patternOf(dayTemplate),
    hasHours,
    of: (timeMs) => ({
      day: prefixAt(dayLayout, timeMs),
      hour: hasHours ? new Date(timeMs).toISOString().slice(11, 13) : undefined
    })
  }
}

/** Literal letters go into quotes: `{yyyy}/month={MM}` is `yyyy'/month='MM`. */
function patternOf(dayTemplate: string): string {
  return dayTemplate
    .split(/(\{[^}]*\})/)
    .map((piece) => {
      if (piece.startsWith('{')) return piece.slice(1, -1)
      return /[A-Za-z'[\]#]/.test(piece) ? `'${piece.replaceAll("'", "''")}'` : piece
    })
    .join('')
}
