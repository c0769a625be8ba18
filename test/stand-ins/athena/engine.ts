import { setImmediate as immediate } from 'node:timers/promises'
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBResult,
  DuckDBScalarFunction,
  DuckDBTimestampTZValue,
  INTEGER
} from '@duckdb/node-api'
import type { S3Server } from '../s3/server.ts'
import type { Catalog } from './catalog.ts'
import { failureOf } from './failure.ts'
import type { TableDefinition } from './sql/create-table.ts'
import { toDuckDb } from './sql/dialect.ts'
import { macroStatements } from './sql/macros.ts'
import { objectsOf, type TableObject } from './tables/listing.ts'
import { placementOf } from './tables/projection.ts'
import { type FieldsOf, fieldsOf } from './tables/serde.ts'
import { linesIn, textIn, unreadable } from './tables/text-reader.ts'

/*
 * A query runs in a DuckDB of its own. Each table is a view over its listed objects and the lines that were read so far;
 * a function in between notes which objects the query wants, after DuckDB has pushed the conditions on partition columns
 * and "$path" down to the listing. What it wants and has not got is read from the store, and the query runs again until
 * nothing is missing: so exactly the objects that the conditions allow are read, as in Athena.
 */

export interface EngineRequest {
  readonly s3: S3Server
  readonly catalog: Catalog
  /** In Trino's SQL, parameters bound. */
  readonly sql: string
  /** That names without a database belong to. */
  readonly database: string
  readonly nowMs: number
  /** Whether objects below a folder of a partition belong to it. */
  readonly readsFolders: boolean
  /** Called before an object is read. What it throws is why the query fails. */
  readonly onObject: (object: TableObject) => void
  readonly signal: AbortSignal
}

/** Runs a query and gives its result to `take`, which has to read it before it is over. @throws QueryFailure */
export async function runSelect<T>(request: EngineRequest, take: (result: DuckDBResult) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  const interrupt = (): void => connection.interrupt()
  request.signal.addEventListener('abort', interrupt)
  try {
    const tables = await prepare(connection, request)
    const sql = toDuckDb(request.sql)
    for (;;) {
      request.signal.throwIfAborted()
      for (const table of tables) table.wanted.clear()
      const outcome = await connection.run(sql).catch((error: unknown) => ({ error }))
      let missing = 0
      for (const table of tables) missing += await readWanted(connection, table, request)
      if (missing > 0) continue
      if ('error' in outcome) throw outcome.error
      return await take(outcome)
    }
  } catch (error) {
    request.signal.throwIfAborted()
    throw failureOf(error, request)
  } finally {
    request.signal.removeEventListener('abort', interrupt)
    connection.closeSync()
    instance.closeSync()
  }
}

/** A table that the query may read. */
interface OpenTable {
  readonly number: number
  readonly objects: readonly TableObject[]
  readonly fields: FieldsOf
  readonly read: Set<number>
  readonly wanted: Set<number>
}

async function prepare(connection: DuckDBConnection, request: EngineRequest): Promise<OpenTable[]> {
  const { catalog, database, sql } = request
  // Lines of an object keep their order when they are the probing side of the join, which is as the views say it.
  await connection.run("SET disabled_optimizers = 'join_order,build_side_probe_side'")
  await connection.run("SET TimeZone = 'UTC'; SET integer_division = true; ATTACH ':memory:' AS awsdatacatalog")
  for (const macro of macroStatements) await connection.run(macro)
  for (const name of catalog.databases) await connection.run(`CREATE SCHEMA awsdatacatalog.${quoted(name)}`)
  const named = catalog.tablesNamedIn(sql)
  const open: OpenTable[] = []
  for (const [id, table] of catalog.tables) {
    if (named.has(id)) open.push(await openTable(connection, open.length, table, request))
  }
  for (const view of catalog.views.values()) {
    await useDatabase(connection, view.context)
    const name = `awsdatacatalog.${quoted(view.database)}.${quoted(view.name)}`
    // One whose tables are gone, or not in this query, is missed only by who names it.
    await connection.run(`CREATE VIEW ${name} AS ${toDuckDb(view.sql)}`).catch(() => {})
  }
  await useDatabase(connection, catalog.databases.has(database) ? database : 'default')
  return open
}

const useDatabase = (connection: DuckDBConnection, name: string): Promise<unknown> =>
  connection.run(`SET search_path = 'awsdatacatalog.${quoted(name)},memory.main'`)

async function openTable(
  connection: DuckDBConnection,
  number: number,
  table: TableDefinition & { readonly database: string },
  { s3, nowMs, readsFolders }: EngineRequest
): Promise<OpenTable> {
  const objects = objectsOf(s3, placementOf(table, nowMs), readsFolders)
  const wanted = new Set<number>()
  connection.registerScalarFunction(noting(`want_${number}`, wanted))
  const partitionColumns = table.partitions.map(({ name }) => `${quoted(name)} VARCHAR`)
  const hidden = ['"$path" VARCHAR', '"$file_size" BIGINT', '"$file_modified_time" TIMESTAMPTZ']
  const texts = table.columns.map((_, index) => `c${index} VARCHAR`)
  await connection.run(`
    CREATE TABLE memory.main.objects_${number} (${['id INTEGER', ...partitionColumns, ...hidden].join(', ')});
    CREATE TABLE memory.main.unread_${number} (id INTEGER);
    CREATE TABLE memory.main.lines_${number} (${['id INTEGER', ...texts].join(', ')});
    CREATE VIEW awsdatacatalog.${quoted(table.database)}.${quoted(table.name)} AS
    SELECT ${selected(table)} FROM (
      SELECT * FROM memory.main.lines_${number}
      UNION ALL SELECT id, ${table.columns.map(() => 'NULL').join(', ')} FROM memory.main.unread_${number}
    ) AS lines JOIN (SELECT *, want_${number}(id) AS wanted FROM memory.main.objects_${number}) AS objects
    ON lines.id = objects.wanted`)
  await appendObjects(connection, number, objects)
  return { number, objects, fields: fieldsOf(table), read: new Set(), wanted }
}

function selected({ columns, partitions }: TableDefinition): string {
  const own = columns.map(({ name, type }, index) => {
    const isText = ['string', 'varchar', 'char'].includes(type)
    return `${isText ? `lines.c${index}` : `TRY_CAST(lines.c${index} AS ${type})`} AS ${quoted(name)}`
  })
  const others = [...partitions.map(({ name }) => name), '$path', '$file_size', '$file_modified_time']
  return [...own, ...others.map((name) => `objects.${quoted(name)}`)].join(', ')
}

async function appendObjects(
  connection: DuckDBConnection,
  number: number,
  objects: readonly TableObject[]
): Promise<void> {
  const listed = await connection.createAppender(`objects_${number}`, 'main', 'memory')
  const unread = await connection.createAppender(`unread_${number}`, 'main', 'memory')
  objects.forEach(({ uri, size, lastModifiedMs, partition }, id) => {
    listed.appendInteger(id)
    for (const value of partition) listed.appendVarchar(value)
    listed.appendVarchar(uri)
    listed.appendBigInt(BigInt(size))
    listed.appendTimestampTZ(new DuckDBTimestampTZValue(BigInt(Math.floor(lastModifiedMs / 1000)) * 1_000_000n))
    listed.endRow()
    unread.appendInteger(id)
    unread.endRow()
  })
  listed.closeSync()
  unread.closeSync()
}

/** Reads the objects that were wanted and not there, and says how many. */
async function readWanted(connection: DuckDBConnection, table: OpenTable, request: EngineRequest): Promise<number> {
  const { number, objects, fields, read, wanted } = table
  const missing = [...wanted].filter((id) => !read.has(id)).sort((a, b) => a - b)
  if (missing.length === 0) return 0
  await connection.run(`DELETE FROM memory.main.unread_${number} WHERE id IN (${missing.join(', ')})`)
  const lines = await connection.createAppender(`lines_${number}`, 'main', 'memory')
  for (const id of missing) {
    const object = objects[id]!
    request.signal.throwIfAborted()
    request.onObject(object)
    const bytes = request.s3.get(object.bucket, object.key)
    if (!bytes) throw unreadable(object.uri)
    for (const line of linesIn(object.uri, textIn(object.uri, bytes))) {
      lines.appendInteger(id)
      for (const field of fields(line)) field === null ? lines.appendNull() : lines.appendVarchar(field)
      lines.endRow()
    }
    read.add(id)
    await immediate()
  }
  lines.closeSync()
  return missing.length
}

/** The function that gives an object's number back and notes it. */
function noting(name: string, wanted: Set<number>): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes: [INTEGER],
    returnType: INTEGER,
    mainFunction: (_info, input, output) => {
      const ids = input.getColumnVector(0)
      for (let row = 0; row < input.rowCount; row++) {
        const id = ids.getItem(row) as number
        wanted.add(id)
        output.setItem(row, id)
      }
      output.flush()
    }
  })
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
