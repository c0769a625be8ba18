import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import * as z from 'zod'
import type { Store } from '../contract/store.ts'
import type { Document } from './document.ts'
import type { Refusal } from './sinks/sink.ts'

/*
 * Records that a sink rejected, stored with the reason as lines of JSON:
 *   <forward.prefix>rejected/<sink>/<yyyy>/<MM>/<dd>/<name>.ndjson
 * The day is that of the rejection, in UTC. Only a lifecycle rule deletes these objects. An object whose records were
 * sent again has a mark, the object `<name>.ndjson.replayed`.
 */

export const replayedMark = '.replayed'

const lineSchema = z.strictObject({
  id: z.string().min(1).max(64),
  category: z.string(),
  dayTimeMs: z.number(),
  status: z.number(),
  type: z.string(),
  reason: z.string(),
  /** As text, so that the same bytes are sent again. */
  document: z.string()
})

/** The prefix of a sink's rejected records: all of them, or those of a day `2023-10-01`. */
export function rejectedPrefix(prefix: string, sink: string, day = ''): string {
  return `${prefix}rejected/${sink}/${day === '' ? '' : `${day.replaceAll('-', '/')}/`}`
}

/** Gives a function that stores rejected records. They are durable when it returns. */
export function createRejectedKeeper(
  store: Store,
  { prefix, sink, nowMs }: { readonly prefix: string; readonly sink: string; readonly nowMs: () => number }
): (refusals: readonly Refusal[]) => Promise<void> {
  return async (refusals) => {
    const lines = refusals.map((refusal) => `${lineOf(refusal)}\n`)
    const at = new Date(nowMs()).toISOString()
    const hash = createHash('sha256').update(refusals.map(({ record }) => record.id).join())
    const name = `${at.slice(11, 23).replace(/\D/g, '')}-${hash.digest('hex').slice(0, 32)}`
    const key = `${rejectedPrefix(prefix, sink, at.slice(0, 10))}${name}.ndjson`
    const body = Readable.from([Buffer.from(lines.join(''))])
    await store.write(key, body, { overwrite: true, contentType: 'application/x-ndjson' })
  }
}

function lineOf({ record, status, type, reason }: Refusal): string {
  const { id, category, dayTimeMs, source, start, end } = record
  const document = source.toString('utf8', start, end)
  return JSON.stringify({ id, category, dayTimeMs, status, type, reason, document })
}

/** A stored record as a document to send. @throws Error for any other line */
export function parseRejected(line: Buffer): Document {
  const { id, category, dayTimeMs, document } = lineSchema.parse(JSON.parse(line.toString()))
  return { id, category, dayTimeMs, head: document, rest: undefined, bytes: Buffer.byteLength(document) }
}
