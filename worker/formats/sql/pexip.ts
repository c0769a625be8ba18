import { isRecord, type LineSelection, type RecordColumn, type RecordColumns, withValue } from './record-columns.ts'
import { epochTime, isoTime } from './time.ts'

/*
 * Pexip Infinity's support, audit and web lines: pexip.ts as SQL. The text of a line stands in `details` as it is written,
 * and the pairs about calls in columns of their own (classes and keys of mlnrt/pexip-logs-in-aws).
 */

const support = String.raw`(?s)\A(\S+) (\S+) ([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}[,.][0-9]+) (.*)\z`
const audit = String.raw`(?s)\A(\S+) (\S+) (\S+) node=(\S+) type=(\S+) (.*)\z`
const web = String.raw`(?s)\A(\S+) (\S+) ([^\s:]+): (.*)\z`

const part = (pattern: string, group: number): string => `regexp_extract(line, '${pattern}', ${group})`
const syslogTime = isoTime(part(web, 1))

const kind = `CASE WHEN regexp_like(line, '${support}') THEN 'support'
      WHEN regexp_like(line, '${audit}') THEN 'audit'
      WHEN ${syslogTime} IS NOT NULL THEN 'web' END AS kind`

/** The pairs of a support line that have a column. */
export const pexipPairs: readonly string[] = [
  'message',
  'conference',
  'conferencealias',
  'participant',
  'displayname',
  'participant_alias',
  'protocol',
  'direction',
  'role',
  'vendor',
  'service_type',
  'service_tag',
  'call_id',
  'conversation_id',
  'participant_id',
  'remote_address',
  'location',
  'signaling_node',
  'media_node',
  'duration',
  'reason',
  'detail'
]

export function pexipColumns(lines: LineSelection): RecordColumns {
  const of = (parts: Readonly<Record<string, string>>): string =>
    `CASE kind ${Object.entries(parts)
      .map(([name, sql]) => `WHEN '${name}' THEN ${sql}`)
      .join(' ')} END`
  const syslog = (group: number): string =>
    `CASE WHEN kind IS NOT NULL THEN regexp_extract(line, '\\A(\\S+) (\\S+) ', ${group}) END`
  const audited = epochTime(
    `try_cast(regexp_extract(${part(audit, 6)}, '(?:\\A| )msg=audit\\(([0-9]+\\.[0-9]+):', 1) AS double)`
  )
  const columns: readonly RecordColumn[] = [
    { name: 'kind', sql: 'kind' },
    { name: 'class', sql: of({ support: classOf(), audit: part(audit, 5), web: "'web'" }) },
    { name: 'syslog_time', sql: syslog(1) },
    { name: 'system', sql: syslog(2) },
    { name: 'originating_date', sql: of({ support: part(support, 3) }) },
    { name: 'originating_time', sql: of({ support: part(support, 4) }) },
    { name: 'level', sql: pair('level') },
    { name: 'name', sql: pair('name') },
    { name: 'audit', sql: of({ audit: part(audit, 3) }) },
    { name: 'system_fqdn', sql: of({ audit: part(audit, 4) }) },
    { name: 'type', sql: of({ audit: part(audit, 5) }) },
    { name: 'apache', sql: of({ web: part(web, 3) }) },
    { name: 'details', sql: of({ support: 'pairs', audit: part(audit, 6), web: part(web, 4) }) },
    ...pexipPairs.map((name) => ({ name, sql: pair(name) }))
  ]
  return {
    eventTime: of({
      support: isoTime(`concat(${part(support, 3)}, ' ', ${part(support, 4)})`),
      audit: `coalesce(${audited}, ${isoTime(part(audit, 1))})`,
      web: syslogTime
    }),
    columns,
    from: lines([kind, `${part(support, 5)} AS pairs`], isRecord)
  }
}

/**
 * The value of a pair of a support line, null where it has none. Values hold quotes, so a quote closes one only before
 * the next key or at the end. If no quote does, the last quote of the line closes it.
 */
function pair(name: string): string {
  const [first, rest] = [name[0]!, name.slice(1).replaceAll('_', '[_-]')]
  // Only the first key may be small.
  const start = `(?s)(?:\\A *(?i:${first})|" +${first.toUpperCase()})(?i:${rest})="`
  const closed = `${start}((?:[^\\\\]|\\\\.)*?)"(?: +[A-Z][A-Za-z0-9_.-]*="|\\s*\\z)`
  const open = `${start}(.*?)(?:"[^"]*)?\\z`
  const value = `coalesce(regexp_extract(pairs, '${closed}', 1), regexp_extract(pairs, '${open}', 1))`
  const plain = `CASE WHEN strpos(v, '\\"') > 0 THEN regexp_replace(v, '\\\\(["\\\\])', '$1') ELSE v END`
  return withValue('v', value, plain)
}

/** Under two names the class depends on the message: received or sent. */
function classOf(): string {
  const [name, message] = [`coalesce(${pair('name')}, '')`, `coalesce(${pair('message')}, '')`]
  const directed = `CASE WHEN named NOT IN ('support.sip', 'support.rest') THEN named
    WHEN regexp_like(${message}, '(?i)\\breceived\\b') THEN concat(named, '.received')
    WHEN regexp_like(${message}, '(?i)\\b(?:sending|sent)\\b') THEN concat(named, '.sending')
    WHEN named = 'support.sip' THEN 'support.sip.other' ELSE named END`
  return withValue('named', name, directed)
}
