import type { FieldValue } from './format.ts'
import { type ReadLine, readNumber } from './spaced-line.ts'
import type { Column } from './sql/record-columns.ts'

/** The columns of lines whose header names them, with what types are known. */
export type NamedTypes = Readonly<Record<string, Exclude<Column['type'], 'boolean' | 'array<string>'>>>
type NamedColumns = readonly { readonly name: string; readonly type: NamedTypes[string] }[]

/** A header's names with their types; one that is not known is a string. No name may be `__proto__`. */
export function typedNames(names: readonly string[], types: NamedTypes): NamedColumns {
  return names.map((name) => ({ name, type: Object.hasOwn(types, name) ? types[name]! : 'string' }))
}

/** Reads values by the names of a header; `-` is null, values without a name are `extra`. */
export function readNamed(columns: NamedColumns, values: readonly string[]): ReadLine {
  const fields: Record<string, FieldValue> = {}
  let error: string | undefined
  if (values.length < columns.length) error = `${values.length} fields, ${columns.length} expected`
  const known = Math.min(values.length, columns.length)
  for (let index = 0; index < known; index++) {
    const { name, type } = columns[index]!
    const value = values[index]!
    const read = value === '-' ? null : type === 'string' ? value : readNumber(type, value)
    if (read === undefined) error ??= `${name} is no ${type}`
    fields[name] = read ?? null
  }
  if (values.length > columns.length) fields.extra = values.slice(columns.length)
  return { fields, error }
}

export function tableColumns(types: NamedTypes): readonly Column[] {
  return [...Object.entries(types).map(([name, type]) => ({ name, type })), { name: 'extra', type: 'array<string>' }]
}
