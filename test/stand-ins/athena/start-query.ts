import { randomUUID } from 'node:crypto'
import { type Fields, invalidRequest } from './input.ts'
import type { AthenaQuery } from './query.ts'
import { checkParameters } from './sql/parameters.ts'
import { kindOf } from './sql/statement.ts'
import type { WorkgroupOptions } from './workgroups.ts'

/** Makes the query that a StartQueryExecution asks for. @throws Refusal as AWS refuses it */
export function queryOf(
  input: Fields,
  { workgroups, nowMs }: { readonly workgroups: ReadonlyMap<string, WorkgroupOptions>; nowMs(): number }
): AthenaQuery {
  const name = String(input.WorkGroup ?? 'primary')
  const workgroup = workgroups.get(name)
  if (!workgroup) throw invalidRequest(`WorkGroup ${name} is not found.`)
  if (workgroup.isEnabled === false) throw invalidRequest(`WorkGroup ${name} is disabled.`)
  const { Database = 'default', Catalog } = (input.QueryExecutionContext ?? {}) as Record<string, string>
  if (Catalog !== undefined && Catalog.toLowerCase() !== 'awsdatacatalog') {
    throw invalidRequest(`Catalog ${Catalog} is not found`)
  }
  const parameters = (input.ExecutionParameters ?? []) as readonly string[]
  checkParameters(parameters)
  const sql = String(input.QueryString)
  return {
    id: randomUUID(),
    sql,
    parameters,
    kind: kindOf(sql),
    database: Database.toLowerCase(),
    workgroup: name,
    outputLocation: outputLocation(workgroup, (input.ResultConfiguration ?? {}) as Fields),
    submittedMs: nowMs(),
    state: 'QUEUED',
    startedMs: undefined,
    endedMs: undefined,
    reason: undefined,
    failure: undefined,
    scannedBytes: 0,
    objects: [],
    written: [],
    manifest: undefined,
    result: undefined,
    stop: new AbortController()
  }
}

/** What a request says counts for nothing where the workgroup enforces its own. */
function outputLocation({ outputLocation: ofWorkgroup, enforced = false }: WorkgroupOptions, asked: Fields): string {
  const ofRequest = asked.OutputLocation as string | undefined
  const location = enforced ? ofWorkgroup : (ofRequest ?? ofWorkgroup)
  if (location === undefined) {
    throw invalidRequest(
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.'
    )
  }
  if (!/^s3:\/\/[^/]+/.test(location)) throw invalidRequest(`outputLocation is not a valid S3 path.`)
  return location.replace(/\/?$/, '/')
}
