import { isoTimeMs } from './event-time.ts'
import { createHeadedFormat, type NamedTypes } from './headed-format.ts'
import { textOf } from './json-text.ts'
import { columnText } from './sql/headed.ts'
import { isoTime } from './sql/time.ts'

/** Fields as in CloudFront's "Standard logs", in their order; `cs(Host)` is written `cs_host`, `sc-bytes` `sc_bytes`. */
const types: NamedTypes = {
  date: 'string',
  time: 'string',
  x_edge_location: 'string',
  sc_bytes: 'bigint',
  c_ip: 'string',
  cs_method: 'string',
  cs_host: 'string',
  cs_uri_stem: 'string',
  sc_status: 'int',
  cs_referer: 'string',
  cs_user_agent: 'string',
  cs_uri_query: 'string',
  cs_cookie: 'string',
  x_edge_result_type: 'string',
  x_edge_request_id: 'string',
  x_host_header: 'string',
  cs_protocol: 'string',
  cs_bytes: 'bigint',
  time_taken: 'double',
  x_forwarded_for: 'string',
  ssl_protocol: 'string',
  ssl_cipher: 'string',
  x_edge_response_result_type: 'string',
  cs_protocol_version: 'string',
  fle_status: 'string',
  fle_encrypted_fields: 'string',
  c_port: 'int',
  time_to_first_byte: 'double',
  x_edge_detailed_result_type: 'string',
  sc_content_type: 'string',
  sc_content_len: 'bigint',
  sc_range_start: 'bigint',
  sc_range_end: 'bigint'
}
const fieldsHeader = '#Fields:'
const versionHeader = '#Version:'
const hash = 0x23
const sqlWords = (text: string): string => String.raw`regexp_split(trim(${text}), '[\s\x{200b}]+')`
const sqlName = String.raw`regexp_replace(regexp_replace(lower(word), '[^a-z0-9_]+', '_'), '_\z', '')`

/** CloudFront standard logs: `#` lines name the fields, tabs part them. Values stay URL-encoded, as they are written. */
export const cloudfront = createHeadedFormat({
  name: 'cloudfront',
  types,
  defaultNames: Object.keys(types),
  headerNames,
  mayBegin: (byte) => byte === hash,
  valuesOf: (line) => (line.includes('\t') ? line.split('\t') : wordsOf(line)),
  timeMs: ({ date, time }) => isoTimeMs(`${date}T${time}Z`),
  sql: {
    isHeader: "starts_with(line, '#Fields:') OR starts_with(line, '#Version:')",
    isNaming: "starts_with(line, '#Fields:')",
    values: `CASE WHEN strpos(line, chr(9)) > 0 THEN split(line, chr(9)) ELSE ${sqlWords('line')} END`,
    names: (header) => `transform(${sqlWords(`substr(${header}, 9)`)}, word -> ${sqlName})`,
    eventTime: isoTime(`concat(${columnText('date')}, 'T', ${columnText('time')}, 'Z')`)
  }
})

function headerNames(line: Buffer): readonly string[] | 'known' | undefined {
  const text = textOf(line)
  if (!text.startsWith(fieldsHeader)) return text.startsWith(versionHeader) ? 'known' : undefined
  return wordsOf(text.slice(fieldsHeader.length)).map((word) =>
    word.toLowerCase().replace(/\W+/g, '_').replace(/_$/, '')
  )
}

/** Copies of such logs have their tabs turned into spaces. */
function wordsOf(text: string): string[] {
  return text.trim().split(/[\s\u200b]+/)
}
