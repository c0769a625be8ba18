import { createRequire } from 'node:module'
import { join } from 'node:path'

/** What the bench uses of ClickHouse in a process: https://www.npmjs.com/package/chdb */
export interface Chdb {
  queryBind(sql: string, parameters: Readonly<Record<string, string>>, format: string): string
}

/**
 * The package `chdb`, half a gigabyte and therefore no dependency: from the directory that IOT_LOG_CHDB names, or from
 * where Node finds it. Undefined where it is not installed.
 */
export function findChdb(): Chdb | undefined {
  const directory = process.env.IOT_LOG_CHDB
  try {
    return createRequire(directory === undefined ? import.meta.url : join(directory, 'package.json'))('chdb')
  } catch {
    return undefined
  }
}
