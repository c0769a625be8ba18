import { epochTimeMs } from './event-time.ts'
import type { Fields, FieldValue, Format, LogRecord, ParseLimits, RecordParser, TakeRecord } from './format.ts'
import { isObject, parseDocument, unparsed } from './json-text.ts'
import { formatTime } from './render.ts'
import { toJson } from './write-json.ts'

/**
 * CloudWatch Logs subscription envelopes, concatenated without a separator (CloudWatch Logs' "Subscription filters"
 * page). A record is one log event: its message, its group and its stream are what identifiers are looked for in, not
 * the envelope. Control messages, by which CloudWatch checks that the destination can be reached, are no records.
 */
export const cloudwatch: Format = {
  name: 'cloudwatch',
  framing: 'documents',
  isJson: true,
  envelopeKey: 'logEvents',
  defaultOutput: 'text',
  columns: [
    { name: 'timestamp', type: 'bigint' },
    { name: 'logGroup', type: 'string' },
    { name: 'logStream', type: 'string' },
    { name: 'message', type: 'string' },
    { name: 'id', type: 'string' },
    { name: 'owner', type: 'string' }
  ],
  searchedBeside: ({ fields }) => [fields.logGroup, fields.logStream] as string[],
  describe: describeEvent,
  createParser: createEventParser
}

function createEventParser(limits: ParseLimits): RecordParser {
  /** Of an envelope that comes in pieces. */
  let head: Fields | undefined
  return {
    takeHead(bytes) {
      head = bytes && (parseDocument(bytes, limits).fields ?? {})
    },
    parse(frame, take) {
      const parsed = parseDocument(frame, limits)
      if (parsed.error !== undefined) return take(unparsed(frame, parsed.error))
      // Behind an envelope that was cut off, the next one stands in its list.
      if (!head || 'messageType' in parsed.fields) return readEnvelope(frame, parsed.fields, take)
      readEnvelope(frame, { ...head, logEvents: [parsed.fields] }, take)
    }
  }
}

function readEnvelope(frame: Buffer, envelope: Fields, take: TakeRecord): void {
  const { messageType, logEvents, logGroup, logStream, owner } = envelope
  if (messageType === 'CONTROL_MESSAGE') return
  if (messageType !== 'DATA_MESSAGE' || !Array.isArray(logEvents)) {
    return take(unparsed(frame, 'not an envelope of CloudWatch Logs'))
  }
  const origin = { logGroup: textOr(logGroup), logStream: textOr(logStream), owner: textOr(owner) }
  for (const event of logEvents as readonly FieldValue[])
    take(readEvent(event, origin) ?? unparsed(frame, 'a log event nested too deep'))
}

/** Undefined when the event is no event and cannot be written either. */
function readEvent(event: FieldValue, origin: Fields): LogRecord | undefined {
  if (!isObject(event) || typeof event.message !== 'string') {
    const json = toJson(event)
    return json === undefined
      ? undefined
      : { ...unparsed(Buffer.from(json), 'a log event without a message'), fields: origin }
  }
  const timeMs = typeof event.timestamp === 'number' ? epochTimeMs(event.timestamp) : undefined
  return { raw: Buffer.from(event.message), timeMs, fields: { ...event, ...origin } }
}

function describeEvent({ fields, timeMs }: LogRecord): string {
  return `${formatTime(timeMs) || '-'} ${fields.logStream} ${fields.message}`
}

function textOr(value: FieldValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
