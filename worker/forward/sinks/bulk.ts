import type { Bodies } from './bodies.ts'
import { type Answer, mayPass } from './deliver.ts'
import type { Refusal, SinkRecord } from './sink.ts'

/*
 * The bulk API (https://docs.opensearch.org/latest/api-reference/document-apis/bulk/): the request has two lines for each
 * record. The response with status 200 has the result of each record, in order. `create` refuses an id that exists, and
 * so reports a record that was delivered before.
 */

const alreadyExists = 409
const newline = 0x0a

/** The lines of a request, ending with `\n` as it must. */
export function bulkBody(
  records: readonly SinkRecord[],
  indexOf: (record: SinkRecord) => string,
  bodies: Bodies
): Buffer {
  const heads = records.map((record) => `{"create":{"_index":"${indexOf(record)}","_id":"${record.id}"}}\n`)
  const length = records.reduce((sum, record, at) => sum + heads[at]!.length + record.end - record.start + 1, 0)
  const body = bodies.take(length)
  let position = 0
  for (const [at, record] of records.entries()) {
    position += body.write(heads[at]!, position, 'latin1')
    position += record.source.copy(body, position, record.start, record.end)
    body[position++] = newline
  }
  return body
}

interface BulkItem {
  readonly status: number
  readonly error?: { readonly type?: string; readonly reason?: string; readonly caused_by?: unknown }
}

/** The results in a response of status 200. A response that lacks some of the records is not one of a bulk API. */
export function readBulkAnswer(body: unknown, records: readonly SinkRecord[]): Answer {
  const { errors, items } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  if (!Array.isArray(items) || items.length !== records.length) {
    return { kind: 'later', why: 'the response is not one of the bulk API' }
  }
  if (errors === false) return { kind: 'taken' }
  const again: SinkRecord[] = []
  const refused: Refusal[] = []
  let why = ''
  for (const [at, record] of records.entries()) {
    const item = (items[at] as { create?: BulkItem }).create
    const status = item?.status ?? 500
    if (status < 300 || status === alreadyExists) continue
    const type = typeName(item?.error?.type)
    if (mayPass(status)) {
      again.push(record)
      why = `${status} ${type}`
    } else refused.push({ record, status, type, reason: JSON.stringify(item?.error ?? {}) })
  }
  if (again.length === 0 && refused.length === 0) return { kind: 'taken' }
  return { kind: 'partly', again, refused, why }
}

/** Types are names of exceptions. Any other text may quote a record. */
export function typeName(type: unknown): string {
  return typeof type === 'string' && /^[a-z_]{1,80}$/.test(type) ? type : 'unknown'
}
