import { readdirSync, readFileSync } from 'node:fs'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { createTable } from './metastore.ts'
import { running } from './running.ts'
import { database, logsBucket } from './system.ts'

const queries = new URL('../../queries/', import.meta.url)
const places = { database, location: `s3://${logsBucket}/` }

/** The statements of a folder of `queries`, by file name, with their places filled. */
export function statementsOf(folder: '.' | 'tables' | 'views'): Map<string, string> {
  const directory = new URL(`${folder}/`, queries)
  const names = readdirSync(directory).filter((name) => name.endsWith('.sql'))
  return new Map(
    names.sort().map((name) => [name, fillStatement(readFileSync(new URL(name, directory), 'utf8'), places)])
  )
}

/** Makes the committed tables of all categories. */
export function createCategoryTables(): void {
  for (const statement of statementsOf('tables').values()) createTable(running().s3, statement)
}

/** Makes the committed views; one that needs another comes after it. */
export async function createViews(): Promise<readonly string[]> {
  let waiting = [...statementsOf('views').values()]
  while (waiting.length > 0) {
    const failures: { statement: string; error: unknown }[] = []
    for (const statement of waiting) {
      await running()
        .trino.run(statement)
        .catch((error) => failures.push({ statement, error }))
    }
    if (failures.length === waiting.length) throw failures[0]!.error
    waiting = failures.map(({ statement }) => statement)
  }
  return [...statementsOf('views').keys()].map((name) => name.replace(/\.sql$/, ''))
}

/** Takes away all logs. */
export function clearLogs(): void {
  for (const key of running().s3.keys(logsBucket)) running().s3.delete(logsBucket, key)
}

/** Puts an object of logs. */
export function putLog(key: string, bytes: Buffer | string): void {
  running().s3.put(logsBucket, key, bytes)
}

/** Keys of logs that were read while `action` ran. */
export async function keysReadBy(action: () => Promise<unknown>): Promise<string[]> {
  const { s3 } = running()
  // Only the last ten thousand are kept: places in the list move.
  s3.requests.length = 0
  await action()
  const read = s3.requests.filter(({ bucket, operation }) => bucket === logsBucket && operation === 'GetObject')
  return [...new Set(read.map(({ key }) => key!))].sort()
}
