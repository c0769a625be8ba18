import {
  BatchGetQueryExecutionInput$,
  GetQueryExecutionInput$,
  GetQueryResultsInput$,
  GetWorkGroupInput$,
  StartQueryExecutionInput$,
  StopQueryExecutionInput$
} from '@aws-sdk/client-athena'
import { Refusal } from '../aws/refusal.ts'

/*
 * Whether a request has the members and types of the API's own model, which comes with the client, and the lengths of
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
 */

export type Fields = Readonly<Record<string, unknown>>

const models: Readonly<Record<string, unknown>> = {
  StartQueryExecution: StartQueryExecutionInput$,
  GetQueryExecution: GetQueryExecutionInput$,
  BatchGetQueryExecution: BatchGetQueryExecutionInput$,
  StopQueryExecution: StopQueryExecutionInput$,
  GetQueryResults: GetQueryResultsInput$,
  GetWorkGroup: GetWorkGroupInput$
}

/** Lengths of texts, counts of lists and values of numbers: at least, at most. */
const bounds: Readonly<Record<string, readonly [number, number]>> = {
  QueryString: [1, 262_144],
  ClientRequestToken: [32, 128],
  ExecutionParameters: [1, Number.POSITIVE_INFINITY],
  'ExecutionParameters.member': [1, 1024],
  'QueryExecutionContext.Database': [1, 255],
  'QueryExecutionContext.Catalog': [1, 256],
  QueryExecutionId: [1, 128],
  QueryExecutionIds: [1, 50],
  NextToken: [1, 1024],
  MaxResults: [1, 1000]
}

const required: Readonly<Record<string, readonly string[]>> = {
  StartQueryExecution: ['QueryString'],
  GetQueryExecution: ['QueryExecutionId'],
  BatchGetQueryExecution: ['QueryExecutionIds'],
  StopQueryExecution: ['QueryExecutionId'],
  GetQueryResults: ['QueryExecutionId'],
  GetWorkGroup: ['WorkGroup']
}

/** @throws Refusal for what the model does not have or allow */
export function checkInput(operation: string, input: Fields): void {
  const missing = required[operation]!.filter((name) => input[name] === undefined || input[name] === null)
  if (missing.length > 0) throw invalid(missing[0]!, 'Member must not be null')
  checkShape(models[operation], input, '')
}

/** A schema is `[3, namespace, name, traits, members, schemas]` for a structure, `[1, …, member]` for a list. */
function checkShape(schema: unknown, value: unknown, path: string): void {
  if (value === null || value === undefined) return
  if (typeof schema === 'function') return checkShape(schema(), value, path)
  if (!Array.isArray(schema)) return checkSimple(Number(schema), value, path)
  const [kind, , , , members, schemas] = schema as [number, string, string, unknown, unknown, readonly unknown[]]
  // `[schema, traits]` is a member with traits.
  if (schema.length === 2) return checkShape(schema[0], value, path)
  if (kind === 1) return checkList(members, value, path)
  if (kind !== 3) return
  if (typeof value !== 'object' || Array.isArray(value)) throw serialization(path, 'an object')
  for (const [name, member] of Object.entries(value)) {
    const index = (members as readonly string[]).indexOf(name)
    const inner = path === '' ? name : `${path}.${name}`
    if (index < 0) throw new Refusal('SerializationException', `Unknown member ${inner}`)
    checkShape(schemas[index], member, inner)
  }
}

const [text, number, boolean, listOf] = [0, 1, 2, 64]

function checkSimple(schema: number, value: unknown, path: string): void {
  if (schema >= listOf && schema < 2 * listOf) return checkList(schema - listOf, value, path)
  if (schema === text && typeof value !== 'string') throw serialization(path, 'a string')
  if (schema === number && !Number.isInteger(value)) throw serialization(path, 'an integer')
  if (schema === boolean && typeof value !== 'boolean') throw serialization(path, 'a boolean')
  const size = typeof value === 'string' ? value.length : value
  if (typeof size === 'number') checkBounds(size, path, typeof value === 'string' ? 'length ' : 'value ')
}

function checkList(schema: unknown, value: unknown, path: string): void {
  if (!Array.isArray(value)) throw serialization(path, 'a list')
  checkBounds(value.length, path, 'length ')
  for (const one of value) checkShape(schema, one, `${path}.member`)
}

function checkBounds(size: number, path: string, what: string): void {
  const [least, most] = bounds[path] ?? [0, Number.POSITIVE_INFINITY]
  if (size < least) throw invalid(path, `Member must have ${what}greater than or equal to ${least}`)
  if (size > most) throw invalid(path, `Member must have ${what}less than or equal to ${most}`)
}

const serialization = (path: string, wanted: string): Refusal =>
  new Refusal('SerializationException', `${path} is not ${wanted}`)

const invalid = (path: string, text: string): Refusal =>
  invalidRequest(
    `1 validation error detected: Value at '${path.charAt(0).toLowerCase()}${path.slice(1)}' failed to satisfy constraint: ${text}`
  )

/** What the caller did wrong. */
export function invalidRequest(message: string, code = 'INVALID_INPUT'): Refusal {
  return new Refusal('InvalidRequestException', message, 400, { AthenaErrorCode: code })
}
