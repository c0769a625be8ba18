import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { recordViewOf } from '../../worker/athena/record-view.ts'
import type { Fields, FieldValue } from '../../worker/formats/format.ts'
import { isObject } from '../../worker/formats/json-text.ts'
import { readNotation } from '../../worker/formats/python-notation.ts'
import { findFormat } from '../../worker/formats/registry.ts'
import { snakeCase } from '../../worker/formats/sql/json.ts'
import { pexipPairs } from '../../worker/formats/sql/pexip.ts'
import type { Column } from '../../worker/formats/sql/record-columns.ts'
import { readRecords } from '../worker/formats/read-records.ts'
import { bucket, places } from './analyst-day.ts'
import type { AnalystEngine } from './answers.ts'
import { recordEnvironment, recordObjects, viewedFormats } from './record-day.ts'

type Cells = Readonly<Record<string, unknown>>

/** Every column of every record view says what the format's parser says, for each line of record-day.ts. */
export function testRecordViews(engine: () => Pick<AnalystEngine, 'run'>): void {
  for (const name of viewedFormats) {
    it(`the records of ${name} are those of its parser`, async () => {
      const category = recordEnvironment.categories.get(name)!
      const format = findFormat(name)
      const columns = format.columns.flatMap(columnOf)
      const view = recordViewOf(category)!.name
      const selected = columns.map(({ sqlName, type }) =>
        type === 'array<string>' ? `json_format(CAST("${sqlName}" AS json))` : `"${sqlName}"`
      )
      const sql = `SELECT ${['object', 'line', 'day', 'hour', 'event_time', ...selected].join(', ')} FROM "\${database}"."${view}" WHERE day = '2023/10/01'`
      const { rows } = await engine().run(fillStatement(sql, places), [])
      const found = rows.map(([object, line, day, hour, time, ...cells]) => ({
        object,
        line: lineOf(name, line!),
        day,
        hour,
        time,
        ...Object.fromEntries(columns.map((column, at) => [column.sqlName, cellOf(column, cells[at] ?? null)]))
      }))
      const expected = Object.entries(recordObjects)
        .filter(([key]) => key.startsWith(`${name}/`))
        .flatMap(([key, text]) =>
          readRecords(format, text).records.map(({ raw, timeMs, fields }) => ({
            object: `s3://${bucket}/${key}`,
            line: lineOf(name, Buffer.from(raw, 'latin1').toString().replace(/\r$/, '')),
            day: '2023/10/01',
            hour: name === 'pexip' ? '07' : '00',
            time: timeMs === undefined ? null : new Date(timeMs).toISOString().slice(0, 23).replace('T', ' '),
            ...Object.fromEntries(columns.map((column) => [column.sqlName, fieldOf(column, fields)]))
          }))
        )
      assert.ok(expected.length > (name === 'cloudtrail' ? 4 : 60))
      const [have, wanted] = [found, expected].map(inOrder)
      for (const [at, record] of wanted!.entries()) assert.deepEqual(have![at], record)
      assert.equal(found.length, expected.length)
    })
  }

  it('an object with headers that differ has nulls, and all its lines', async () => {
    const sql =
      "SELECT line, version, account_id, extra FROM iot_logs.vpc_flow_records WHERE day = '2023/10/03' ORDER BY line"
    const { rows } = await engine().run(sql, [])
    assert.deepEqual(rows, [
      ['1 2 3', null, null, null],
      ['2 1 3', null, null, null]
    ])
  })
}

/** A record of CloudTrail's is a part of its line, whose names come in another order. */
function lineOf(name: string, line: string): string {
  if (name !== 'cloudtrail') return line
  return JSON.stringify(JSON.parse(line), (_, value) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort()) : value
  )
}

interface ComparedColumn {
  readonly name: string
  readonly sqlName: string
  readonly type: Column['type']
}

/** What a Pexip line says stands in one field for the parser, and in several columns here. */
function columnOf({ name, type }: Column): ComparedColumn[] {
  if (name === 'log_message') return pexipPairs.map((pair) => ({ name: pair, sqlName: pair, type }))
  // The time of a record is compared for all formats.
  return name === 'eventTime' ? [] : [{ name, sqlName: snakeCase(name), type }]
}

/** A value of the parser's as its column can hold it: a text of plain values, a number of its type's range. */
function fieldOf({ name, type }: ComparedColumn, fields: Fields): unknown {
  const value = fields[name] ?? (fields.kind === 'support' ? (fields.log_message as Fields)[name] : null) ?? null
  if (name === 'detail' && value !== null) return detailOf(Array.isArray(value) ? value.join('^M') : value)
  if (type === 'array<string>') return value
  if (value === null || typeof value === 'object') return null
  if (type === 'string') return String(value)
  if (type === 'boolean') return typeof value === 'boolean' ? value : null
  return numberOf(type, value)
}

function numberOf(type: Column['type'], value: FieldValue): number | null {
  const number = Number(value)
  const most = type === 'int' ? 2 ** 31 : type === 'bigint' ? 2 ** 63 : Number.POSITIVE_INFINITY
  return Number.isNaN(number) || typeof value === 'boolean' || Math.abs(number) > most ? null : number
}

function cellOf({ name, type }: ComparedColumn, cell: string | null): unknown {
  if (cell === null) return null
  if (type === 'array<string>') return JSON.parse(cell)
  if (name === 'detail') return detailOf(cell)
  if (type === 'boolean') return cell === 'true'
  return type === 'string' ? cell : Number(cell)
}

/** The parser makes lines of it, or an object; the view has the text. */
function detailOf(value: FieldValue): unknown {
  if (typeof value !== 'string' || readNotation(value) !== undefined) return 'an object'
  return value.split('^M').map((line) => line.trim())
}

function inOrder(records: readonly Cells[]): readonly Cells[] {
  const sortKey = ({ object, line }: Cells): string => `${object}\0${line}`
  return [...records].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}
