import { QueryFailure } from '../failure.ts'
import type { TableDefinition } from '../sql/create-table.ts'

/*
 * Which values of its partition columns a table has, and under which prefix each lies:
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */

/** Where a table's objects lie. */
export interface Placement {
  readonly bucket: string
  /** Without what differs between partitions. */
  readonly prefix: string
  /** A key's partition values, and what follows its partition's prefix; undefined for a key of no partition. */
  partitionOf(key: string): { readonly values: readonly string[]; readonly rest: string } | undefined
}

/** One partition column: how its values look in a key, and which there are. */
interface ProjectedColumn {
  readonly pattern: string
  has(value: string): boolean
}

/** @throws QueryFailure where the properties do not make sense */
export function placementOf(table: TableDefinition, nowMs: number): Placement {
  const { location, properties, partitions } = table
  const isProjected = properties['projection.enabled'] === 'true'
  if (partitions.length === 0) return placed(location, [], [])
  // Only added partitions exist.
  if (!isProjected) return { ...placed(location, [], []), partitionOf: () => undefined }
  const byDefault = location + partitions.map(({ name }) => `${name}=\${${name}}/`).join('')
  const template = (properties['storage.location.template'] ?? byDefault).replace(/\/?$/, '/')
  const projected = partitions.map(({ name }) => projectedColumn(name, properties, nowMs))
  const names = partitions.map(({ name }) => name)
  const missing = names.find((name) => !template.includes(`\${${name}}`))
  if (missing !== undefined) throw invalid(`storage.location.template lacks \${${missing}}`)
  return placed(template, names, projected)
}

function placed(template: string, names: readonly string[], columns: readonly ProjectedColumn[]): Placement {
  const [, bucket, path] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(template) ?? []
  if (bucket === undefined || path === undefined) throw invalid(`Not a location in S3: ${template}`)
  const order: number[] = []
  const source = path.split(/(\$\{\w+\})/).map((piece) => {
    const index = names.indexOf(/^\$\{(\w+)\}$/.exec(piece)?.[1] ?? '')
    if (index < 0) return escaped(piece)
    order.push(index)
    return `(${columns[index]!.pattern})`
  })
  const pattern = new RegExp(`^${source.join('')}`, 's')
  return {
    bucket,
    prefix: path.split('${')[0]!,
    partitionOf: (key) => {
      const found = pattern.exec(key)
      if (!found) return undefined
      const values: string[] = names.map(() => '')
      order.forEach((index, group) => {
        values[index] = found[group + 1]!
      })
      if (!columns.every((column, index) => column.has(values[index]!))) return undefined
      return { values, rest: key.slice(found[0].length) }
    }
  }
}

function projectedColumn(name: string, properties: Readonly<Record<string, string>>, nowMs: number): ProjectedColumn {
  const property = (suffix: string): string => {
    const value = properties[`projection.${name}.${suffix}`]
    if (value === undefined) throw invalid(`projection.${name}.${suffix} is missing`)
    return value
  }
  const type = property('type')
  if (type === 'enum') {
    const values = property('values').split(',')
    return { pattern: values.map(escaped).join('|'), has: (value) => values.includes(value) }
  }
  if (type === 'integer') {
    const digits = properties[`projection.${name}.digits`]
    const [first, last] = rangeOf(property('range')).map(Number)
    return {
      pattern: digits === undefined ? '-?\\d+' : `\\d{${digits},}`,
      has: (value) => {
        const isWritten = String(Number(value)).padStart(Number(digits ?? 0), '0') === value
        return isWritten && Number(value) >= first! && Number(value) <= last!
      }
    }
  }
  if (type === 'date') {
    const format = dateFormat(property('format'))
    const [first, last] = rangeOf(property('range')).map((end) => timeOf(end, format, nowMs))
    return {
      pattern: format.pattern,
      has: (value) => {
        const time = format.parse(value)
        return time !== undefined && time >= first! && time <= last!
      }
    }
  }
  throw invalid(`The stand-in does not know projection.${name}.type ${type}`)
}

function rangeOf(text: string): [string, string] {
  const [first, last, ...more] = text.split(',').map((end) => end.trim())
  if (first === undefined || last === undefined || more.length > 0) throw invalid(`Not a range: ${text}`)
  return [first, last]
}

const unitMs: Readonly<Record<string, number>> = {
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000
}

/** `NOW`, `NOW+1DAYS`, or a date in the column's own format. */
function timeOf(text: string, format: DateFormat, nowMs: number): number {
  const now = /^NOW(?:([+-])(\d+)(WEEK|DAY|HOUR|MINUTE|SECOND)S?)?$/.exec(text)
  if (now) return nowMs + (now[1] === '-' ? -1 : 1) * Number(now[2] ?? 0) * (unitMs[now[3] ?? ''] ?? 0)
  const time = format.parse(text)
  if (time === undefined) throw invalid(`Not a date of the column's format: ${text}`)
  return time
}

interface DateFormat {
  readonly pattern: string
  /** Milliseconds in UTC; undefined for what is no such date. */
  parse(value: string): number | undefined
}

const letters: Readonly<Record<string, string>> = { yyyy: '\\d{4}', MM: '\\d{2}', dd: '\\d{2}', HH: '\\d{2}' }

/** A pattern of Java's DateTimeFormatter, as far as keys need one. */
function dateFormat(format: string): DateFormat {
  const fields: string[] = []
  const pattern = format.replace(
    /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g,
    (piece, quoted?: string, letter?: string) => {
      if (quoted !== undefined) return escaped(quoted === '' ? "'" : quoted.replaceAll("''", "'"))
      if (letter === undefined) return escaped(piece)
      if (!letters[piece]) throw invalid(`The stand-in does not know ${piece} in a date format`)
      fields.push(piece)
      return letters[piece]!
    }
  )
  const groups = new RegExp(`^${pattern.replace(/\\d\{\d\}/g, '($&)')}$`)
  return {
    pattern,
    parse: (value) => {
      const found = groups.exec(value)
      if (!found) return undefined
      const field = (name: string, otherwise: number): number => {
        const index = fields.indexOf(name)
        return index < 0 ? otherwise : Number(found[index + 1])
      }
      const [month, day] = [field('MM', 1), field('dd', 1)]
      const time = new Date(Date.UTC(field('yyyy', 1970), month - 1, day, field('HH', 0)))
      return time.getUTCMonth() === month - 1 && time.getUTCDate() === day ? time.getTime() : undefined
    }
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

const invalid = (message: string): QueryFailure => new QueryFailure(`INVALID_TABLE_PROPERTY: ${message}`, 1103)
