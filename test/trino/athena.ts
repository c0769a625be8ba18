import { randomUUID } from 'node:crypto'
import type { AthenaApi, QueryStatus, WantedQuery } from '../../worker/athena/api.ts'
import { parseStatement } from '../stand-ins/athena/sql/statement.ts'
import { TrinoError, type TrinoResult } from './client.ts'
import { running } from './running.ts'
import { resultsBucket, unloadDatabase } from './system.ts'

/*
 * The worker's way to Athena, with Trino behind it. Trino has no UNLOAD: a table made of the same query, in the same
 * format, writes what Athena would, and the list of what was written is put beside it.
 */

interface Query {
  state: QueryStatus['state']
  reason: string
  scannedBytes: number
  manifestLocation: string | undefined
  readonly stopped: AbortController
}

/** Statements that were run, so that a test can say how often. */
export interface TrinoAthena extends AthenaApi {
  readonly started: readonly WantedQuery[]
}

/** UNLOAD alone: what else Athena does is asked of Trino itself. */
export function trinoAthena(): TrinoAthena {
  const queries = new Map<string, Query>()
  const started: WantedQuery[] = []
  return {
    started,
    start: async (wanted) => {
      const id = randomUUID()
      started.push(wanted)
      const query: Query = {
        state: 'RUNNING',
        reason: '',
        scannedBytes: 0,
        manifestLocation: undefined,
        stopped: new AbortController()
      }
      queries.set(id, query)
      void unload(id, wanted, query.stopped.signal).then(
        ({ scannedBytes, manifestLocation }) => {
          Object.assign(query, { state: 'SUCCEEDED', scannedBytes, manifestLocation })
        },
        (error) => {
          const state = query.stopped.signal.aborted ? 'CANCELLED' : 'FAILED'
          const isAnswer = error instanceof TrinoError
          Object.assign(query, { state, reason: isAnswer ? error.message : `not an answer of Trino's: ${error}` })
        }
      )
      return id
    },
    status: async (id) => {
      const { state, reason, scannedBytes, manifestLocation } = queries.get(id)!
      const unknown = { submittedMs: undefined, engineMs: 0, outputLocation: undefined }
      return { state, reason, isRetryable: false, scannedBytes, manifestLocation, ...unknown }
    },
    stop: async (id) => queries.get(id)!.stopped.abort(),
    results: () => {
      throw new Error('an UNLOAD has no rows')
    },
    [Symbol.dispose]: () => {}
  }
}

async function unload(
  id: string,
  { sql, parameters }: WantedQuery,
  signal: AbortSignal
): Promise<TrinoResult & { readonly manifestLocation: string }> {
  const statement = parseStatement(sql)
  if (statement.kind !== 'unload') throw new Error(`not an UNLOAD: ${sql}`)
  const { s3, trino } = running()
  const { target } = statement
  const table = `"${unloadDatabase}"."u${id.replaceAll('-', '')}"`
  const properties = `external_location = '${target}', format = 'TEXTFILE'`
  const result = await trino.run(`CREATE TABLE ${table} WITH (${properties}) AS ${statement.sql}`, parameters, signal)
  const prefix = target.slice(`s3://${resultsBucket}/`.length)
  const written = s3.keys(resultsBucket).filter((key) => key.startsWith(prefix))
  const manifest = `manifests/${id}-manifest.csv`
  s3.put(resultsBucket, manifest, written.map((key) => `s3://${resultsBucket}/${key}\n`).join(''))
  return { ...result, manifestLocation: `s3://${resultsBucket}/${manifest}` }
}
