import { epochTimeMs, isoTimeMs } from './event-time.ts'
import type { FieldValue, Format, LogRecord } from './format.ts'
import { isBlank, textOf, tooLong, unparsed } from './json-text.ts'
import { readAuditMessage } from './pexip-audit.ts'
import { readSupportMessage } from './pexip-support.ts'
import { formatTime } from './render.ts'
import { recordOf, withoutReturn } from './spaced-line.ts'
import { pexipColumns } from './sql/pexip.ts'
import { toJson } from './write-json.ts'

/*
 * Pexip Infinity's syslog lines, three kinds of them (Pexip's "Log output" page; classes and columns of
 * mlnrt/pexip-logs-in-aws):
 *   support  syslog_time system originating_date originating_time Level="…" Name="…" Message="…" Key="value" …
 *   audit    syslog_time system audispd: node=… type=… msg=audit(…): key=value …
 *   web      syslog_time system apache2: …
 */

const support = /^(\S+) (\S+) (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d[,.]\d+) (.*)$/s
const audit = /^(\S+) (\S+) (\S+) node=(\S+) type=(\S+) (.*)$/s
const web = /^(\S+) (\S+) ([^\s:]+): (.*)$/s

/** Pexip Infinity logs; each record is an object of the columns, what it says in `log_message`. */
export const pexip: Format = {
  name: 'pexip',
  framing: 'lines',
  isJson: false,
  defaultOutput: 'raw',
  columns: [
    'kind',
    'class',
    'syslog_time',
    'system',
    'originating_date',
    'originating_time',
    'level',
    'name',
    'audit',
    'system_fqdn',
    'type',
    'apache',
    // JSON; its own fields depend on the class.
    'log_message'
  ].map((name) => ({ name, type: 'string' })),
  describe: describeRecord,
  view: pexipColumns,
  createParser: ({ maxParsedBytes }) => ({
    parse(frame, take) {
      if (isBlank(frame)) return
      if (frame.length > maxParsedBytes) return take(unparsed(frame, tooLong(maxParsedBytes)))
      const line = withoutReturn(textOf(frame))
      const read = readSupport(frame, line) ?? readAudit(frame, line) ?? readWeb(frame, line)
      take(read ?? unparsed(frame, 'neither a support, an audit nor a web line'))
    }
  })
}

function readSupport(raw: Buffer, line: string): LogRecord | undefined {
  const match = support.exec(line)
  if (!match) return undefined
  const [, syslogTime, system, date, time, details] = match
  const message = readSupportMessage(details!)
  const fields = {
    kind: 'support',
    class: message.class,
    syslog_time: syslogTime!,
    system: system!,
    originating_date: date!,
    originating_time: time!,
    level: message.level,
    name: message.name,
    log_message: message.fields
  }
  return recordOf(raw, isoTimeMs(`${date} ${time}`), fields, message.error)
}

function readAudit(raw: Buffer, line: string): LogRecord | undefined {
  const match = audit.exec(line)
  if (!match) return undefined
  const [, syslogTime, system, tag, node, type, details] = match
  const message = readAuditMessage(details!)
  const fields = {
    kind: 'audit',
    class: type!,
    syslog_time: syslogTime!,
    system: system!,
    audit: tag!,
    system_fqdn: node!,
    type: type!,
    log_message: message
  }
  return recordOf(raw, auditTimeMs(message.msg) ?? isoTimeMs(syslogTime!), fields)
}

function readWeb(raw: Buffer, line: string): LogRecord | undefined {
  const match = web.exec(line)
  const timeMs = match ? isoTimeMs(match[1]!) : undefined
  if (!match || timeMs === undefined) return undefined
  const [, syslogTime, system, apache, message] = match
  const fields = {
    kind: 'web',
    class: 'web',
    syslog_time: syslogTime!,
    system: system!,
    apache: apache!,
    log_message: message!
  }
  return { raw, timeMs, fields }
}

/** `audit(1558432800.123:456)`: seconds, and the number of the event. */
function auditTimeMs(msg: FieldValue | undefined): number | undefined {
  const match = /^audit\((\d+\.\d+):/.exec(String(msg))
  return match ? epochTimeMs(Number(match[1])) : undefined
}

function describeRecord({ raw, fields, timeMs }: LogRecord): string {
  const message = fields.log_message as FieldValue
  const text = typeof message === 'string' ? message : (toJson(message) ?? raw.toString())
  return [formatTime(timeMs), fields.system, fields.level, fields.class, text].filter((part) => part).join(' ')
}
