import { readdirSync, readFileSync } from 'node:fs'
import { parseSavedQuery, type SavedQuery } from './saved-query.ts'

const isSource = import.meta.url.endsWith('.ts')

/** The saved queries by name: from `queries/`, or from the file into which the build gathers them. */
export function readSavedQueries(): ReadonlyMap<string, SavedQuery> {
  const files = isSource ? filesOf(new URL('../../queries/', import.meta.url)) : gathered()
  const queries = Object.entries(files).map(([name, text]) => parseSavedQuery(name, text))
  return new Map(queries.map((query) => [query.name, query]))
}

/** File names and texts of a folder's SQL, in order. */
export function filesOf(directory: URL): Record<string, string> {
  const names = readdirSync(directory).filter((name) => name.endsWith('.sql'))
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(new URL(name, directory), 'utf8')]))
}

function gathered(): Record<string, string> {
  return JSON.parse(readFileSync(new URL('./queries.json', import.meta.url), 'utf8'))
}
