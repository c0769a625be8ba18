import { isoTimeMs } from './event-time.ts'
import type { Fields, Format, ParseLimits, RecordParser } from './format.ts'
import { type NamedTypes, readNamed, tableColumns, typedNames } from './headed-line.ts'
import { isBlank, textOf, tooLong, unparsed } from './json-text.ts'
import { recordOf, withoutReturn } from './spaced-line.ts'
import { columnText, headedColumns } from './sql/headed.ts'
import type { LineSelection, RecordColumns } from './sql/record-columns.ts'
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
const defaultNames = Object.keys(types)
const fieldsHeader = '#Fields:'
const versionHeader = '#Version:'
const hash = 0x23

/** CloudFront standard logs: `#` lines name the fields, tabs part them. Values stay URL-encoded, as they are written. */
export const cloudfront: Format = {
  name: 'cloudfront',
  framing: 'lines',
  isJson: false,
  defaultOutput: 'raw',
  columns: tableColumns(types),
  createParser,
  view
}

function createParser({ maxParsedBytes }: ParseLimits): RecordParser {
  let columns = typedNames(defaultNames, types)
  const takeHeader = (line: Buffer): boolean => {
    if (line[0] !== hash) return false
    const text = textOf(line)
    if (!text.startsWith(fieldsHeader)) return text.startsWith(versionHeader)
    columns = typedNames(wordsOf(text.slice(fieldsHeader.length)).map(nameOf), types)
    return true
  }
  return {
    takeHeader,
    parse(frame, take) {
      if (frame.length > maxParsedBytes) return take(unparsed(frame, tooLong(maxParsedBytes)))
      // Objects that were joined have headers inside.
      if (isBlank(frame) || takeHeader(frame)) return
      const text = withoutReturn(textOf(frame))
      const values = text.includes('\t') ? text.split('\t') : wordsOf(text)
      const { fields, error } = readNamed(columns, values)
      take(recordOf(frame, requestTimeMs(fields), fields, error))
    }
  }
}

function nameOf(word: string): string {
  return word.toLowerCase().replace(/\W+/g, '_').replace(/_$/, '')
}

/** Copies of such logs have their tabs turned into spaces. */
function wordsOf(text: string): string[] {
  return text.trim().split(/[\s\u200b]+/)
}

function requestTimeMs({ date, time }: Fields): number | undefined {
  return isoTimeMs(`${date}T${time}Z`)
}

function view(lines: LineSelection): RecordColumns {
  const words = (text: string): string => String.raw`regexp_split(trim(${text}), '[\s\x{200b}]+')`
  const name = String.raw`regexp_replace(regexp_replace(lower(word), '[^a-z0-9_]+', '_'), '_\z', '')`
  return headedColumns(cloudfront.columns, lines, {
    isHeader: "starts_with(line, '#Fields:') OR starts_with(line, '#Version:')",
    isNaming: "starts_with(line, '#Fields:')",
    values: `CASE WHEN strpos(line, chr(9)) > 0 THEN split(line, chr(9)) ELSE ${words('line')} END`,
    names: (header) => `transform(${words(`substr(${header}, 9)`)}, word -> ${name})`,
    defaultNames,
    eventTime: isoTime(`concat(${columnText('date')}, 'T', ${columnText('time')}, 'Z')`)
  })
}
