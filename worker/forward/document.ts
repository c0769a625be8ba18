import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { SinkSettings } from '../contract/config-schema.ts'
import type { Fields, FieldValue, Format, LogRecord } from '../formats/format.ts'
import { isCredible } from '../formats/record-time.ts'
import type { SinkRecord } from './sinks/sink.ts'

/*
 * A record as a sink gets it: one flat JSON document with the record's own fields, the fields that the sink adds, and
 * the place of the record. Its id depends on the place alone, so that a record delivered twice has one id.
 */

/** The object whose records become documents. */
export interface DocumentOrigin {
  readonly bucket: string
  readonly key: string
  /** Changes with the object's bytes: the ETag, or the size if the store has none. */
  readonly version: string
  readonly category: string
  /** The time that the key names, for records without a credible time. */
  readonly keyTimeMs: number
  /** What the key says: `account`, `region` and `identifier`, if the layout has them. A record's own field of that name wins. */
  readonly keyFields?: Readonly<Record<string, string>>
}

/** A document, before it is put into a bulk. */
export interface Document {
  readonly id: string
  readonly category: string
  /** A time of the day that it is indexed under, in ms since 1970 UTC. */
  readonly dayTimeMs: number
  /** JSON, or the start of it. */
  readonly head: string
  /** The rest, valid during the call only. */
  readonly rest: Buffer | undefined
  /** Of both in UTF-8. */
  readonly bytes: number
}

/** Makes the document of a record. The number counts all records of the object from 0. */
type MakeDocument = (record: LogRecord, number: number) => Document

/** The names of the added fields. A field of a record must not be mistaken for one of them. */
const ownNames = ['@timestamp', 's3', 'category', 'message', 'parse_error']
const [openBrace, closeBrace, newline, carriageReturn] = [0x7b, 0x7d, 0x0a, 0x0d]
/** Names that OpenSearch reserves and rejects inside a document. */
const metadataNames = new Set([
  '_id',
  '_index',
  '_source',
  '_type',
  '_routing',
  '_field_names',
  '_ignored',
  '_nested_path',
  '_version',
  '_seq_no',
  '_primary_term',
  '_size',
  '_doc_count',
  '_data_stream_timestamp'
])

export function createDocuments(origin: DocumentOrigin, format: Format, sink: SinkSettings): MakeDocument {
  const stem = idStem(origin)
  const { category, keyTimeMs } = origin
  const isWhole = format.isDocument && sink.fields.length === 0 && !sink.keepRaw
  const splice = createSplicer(origin, format, sink)
  const rebuild = createRebuilder(origin, format, sink)
  return (record, number) => {
    const { timeMs } = record
    const dayTimeMs = timeMs !== undefined && isCredible(timeMs, keyTimeMs) ? timeMs : keyTimeMs
    const time = new Date(dayTimeMs).toISOString()
    const made = (isWhole ? splice(record, number, time) : undefined) ?? rebuild(record, number, time)
    const id = `${stem}-${number.toString(36)}`
    return { ...made, id, category, dayTimeMs }
  }
}

type Text = Pick<Document, 'head' | 'rest' | 'bytes'>

/**
 * Puts the added fields before the record's own bytes: numbers beyond 2^53 stay as they are, and nothing is serialized.
 * Returns undefined if the record has one of our names, or bytes that do not fit into a line of JSON.
 */
function createSplicer({ bucket, key, category, keyFields }: DocumentOrigin, format: Format, sink: SinkSettings) {
  const added = { ...keyFields, ...sink.addFields, category }
  const start = `{${JSON.stringify(added).slice(1, -1)},"s3":${JSON.stringify({ bucket, key }).slice(0, -1)},"record":`
  const names = new Set([...ownNames, ...metadataNames, ...Object.keys(added)])
  const textColumns = textColumnsOf(format)
  const startBytes = Buffer.byteLength(start)
  return ({ raw, fields, parseError }: LogRecord, number: number, time: string): Text | undefined => {
    const line = raw.at(-1) === carriageReturn ? raw.subarray(0, -1) : raw
    const isLine = line[0] === openBrace && line.at(-1) === closeBrace && !line.includes(newline) && isUtf8(line)
    if (!isLine || parseError !== undefined || isEmpty(fields)) return undefined
    for (const name in fields) if (names.has(name)) return undefined
    for (const name of textColumns) if (typeof fields[name] === 'object') return undefined
    const end = `${number}},"@timestamp":"${time}",`
    const rest = line.subarray(1)
    return { head: start + end, rest, bytes: startBytes + end.length + rest.length }
  }
}

/** Builds the document from the fields. */
function createRebuilder({ bucket, key, category, keyFields }: DocumentOrigin, format: Format, sink: SinkSettings) {
  const textColumns = textColumnsOf(format)
  const chosen = sink.fields.length > 0 ? sink.fields : undefined
  return (record: LogRecord, number: number, time: string): Text => {
    const document: Record<string, FieldValue> = {
      ...keyFields,
      ...(chosen ? pick(record.fields, chosen) : record.fields)
    }
    for (const name of metadataNames) if (name in document) rename(document, name)
    for (const name of textColumns) if (typeof document[name] === 'object') document[name] = textOf(document[name])
    const message = messageOf(record, sink)
    if (message !== undefined) document.message = message
    if (record.parseError !== undefined) document.parse_error = record.parseError
    const place = { ...sink.addFields, category, s3: { bucket, key, record: number }, '@timestamp': time }
    Object.assign(document, place)
    const head = stringify(document, () => ({
      message: record.raw.toString(),
      parse_error: 'nested too deep',
      ...place
    }))
    return { head, rest: undefined, bytes: Buffer.byteLength(head) }
  }
}

/** Writes a document into a buffer with enough room. Returns where it ends. */
export function writeDocument({ head, rest }: Document, buffer: Buffer, start: number): number {
  const end = start + buffer.write(head, start)
  return rest ? end + rest.copy(buffer, end) : end
}

/** The document in a buffer of its own, as a record of a sink. */
export function documentRecord(document: Document): SinkRecord {
  const source = Buffer.allocUnsafe(document.bytes)
  const { id, category, dayTimeMs } = document
  return { id, category, dayTimeMs, source, start: 0, end: writeDocument(document, source, 0) }
}

const textColumnsOf = ({ columns }: Format): string[] =>
  columns.filter(({ type }) => type === 'string').map(({ name }) => name)

/** 22 characters for the object. With the number of the record, an id is far below the limit of `_id`, 512 bytes. */
function idStem({ bucket, key, version }: DocumentOrigin): string {
  return createHash('sha256')
    .update(JSON.stringify([bucket, key, version]))
    .digest('base64url')
    .slice(0, 22)
}

/** The record's text if it would be lost otherwise, or if the sink wants it too. */
function messageOf(record: LogRecord, { keepRaw }: SinkSettings): string | undefined {
  const isUnread = record.parseError !== undefined || isEmpty(record.fields)
  return keepRaw || isUnread ? record.raw.toString() : undefined
}

function isEmpty(fields: Fields): boolean {
  for (const _ in fields) return false
  return true
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name]!]))
}

function rename(document: Record<string, FieldValue>, name: string): void {
  document[`${name}_`] = document[name]!
  delete document[name]
}

/** A column of text in the table is text here too: an object would not fit its type in the index. */
function textOf(value: FieldValue | undefined): FieldValue {
  return value === null || value === undefined ? null : JSON.stringify(value)
}

/** JSON.stringify is recursive, JSON.parse is not. */
function stringify(document: Fields, otherwise: () => Fields): string {
  try {
    return JSON.stringify(document)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return JSON.stringify(otherwise())
  }
}
