import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { queryObstacle } from '../../worker/athena/query-tables.ts'
import { queryValues } from '../../worker/athena/query-values.ts'
import { readSavedQueries } from '../../worker/athena/saved-queries.ts'
import { referenceConfig } from '../support/configurations.ts'
import { analystDay, bucket, connected, lost, oddLines, places, twice, withAdded } from './analyst-day.ts'

/** What a query gave. */
export interface Answer {
  /** As Athena writes values: numbers as texts, times as `2023-10-01 09:00:00.000`. */
  readonly rows: readonly (readonly (string | null)[])[]
  /** The keys of the objects that were read, in order. */
  readonly read: readonly string[]
}

/** An engine with the tables and views, over the objects of analyst-day.ts. */
export interface AnalystEngine {
  /** Runs a statement with the literals of its `?`. */
  run(sql: string, parameters: readonly string[]): Promise<Answer>
  /** How long an object of a key is. */
  storedBytes(key: string): number
}

const dev = referenceConfig().environments.get('dev')!
const queries = readSavedQueries()
const nowMs = Date.UTC(2023, 9, 20)

const keys = (pattern: RegExp): string[] =>
  Object.keys(analystDay)
    .filter((key) => pattern.test(key))
    .sort()
const line = (key: string, number: number): string => analystDay[key]![number]!

/** What every saved query and view answers on the day of analyst-day.ts, worked out by hand. */
export function testAnswers(engine: () => AnalystEngine): void {
  describe('saved queries', () => testQueries(engine))
  describe('views', () => testViews(engine))
}

function testQueries(engine: () => AnalystEngine): void {
  const ask = (name: string, ...words: readonly string[]): Promise<Answer> => {
    const query = queries.get(name)!
    return engine().run(fillStatement(query.sql, places), queryValues(query, words, dev, nowMs))
  }

  it('find-device-lines: all lines of a device, in order of their time', async () => {
    const { rows, read } = await ask('find-device-lines', 'device=T1', 'window=2023-10-01T09')
    const a = 'telemetry/2023/10/01/09/a.gz'
    const c = 'commands/2023/10/01/09/a.gz'
    assert.deepEqual(rows, [
      ['2023-10-01 09:00:00.000', 'lifecycle', connected],
      ['2023-10-01 09:00:05.250', 'telemetry', line(a, 0)],
      ['2023-10-01 09:15:00.000', 'command', line(c, 0)],
      ['2023-10-01 09:15:02.000', 'command', line(c, 1)],
      ['2023-10-01 09:30:00.000', 'telemetry', line(a, 2)],
      ['2023-10-01 09:59:00.000', 'lifecycle', lost]
    ])
    assert.deepEqual(read, keys(/01\/09\//))
  })

  it('count-errors: what went wrong by the hour', async () => {
    const { rows } = await ask('count-errors', 'window=2023-10-01')
    assert.deepEqual(rows, [
      ['2023-10-01 09:00:00.000', 'command', 'TIMED_OUT', '1', '1'],
      ['2023-10-01 09:00:00.000', 'lifecycle', 'CONNECTION_LOST', '1', '1'],
      // Twice there, and so twice counted: one came an hour late.
      ['2023-10-01 09:00:00.000', 'telemetry', 'DEGRADED', '2', '1'],
      ['2023-10-01 09:00:00.000', 'telemetry', 'NOT_JSON', '1', '0']
    ])
  })

  it('list-connections: connects and disconnects of a device, with reasons', async () => {
    const { rows, read } = await ask('list-connections', 'device=T1', 'window=2023-10-01')
    assert.deepEqual(rows, [
      ['2023-10-01 09:00:00.000', 'connected', null, null, '192.0.2.7', 's-1', '4'],
      ['2023-10-01 09:59:00.000', 'disconnected', 'CONNECTION_LOST', 'false', null, 's-1', '4']
    ])
    assert.deepEqual(read, keys(/^lifecycle\/2023\/10\/01/), 'only the table of lifecycle is read')
  })

  it('find-silent-devices: heard, and then no more', async () => {
    const { rows } = await ask('find-silent-devices', 'window=2023-10-01', 'minutes=60')
    // The newest record is T2's disconnect at 12:00. T4's time is none, so it was seen when its object's hour began.
    assert.deepEqual(rows, [
      ['T4', '2023-10-01 10:00:00.000', '1', '7200'],
      ['T1', '2023-10-01 10:05:00.000', '7', '6900']
    ])
  })

  it('rank-devices: who sends most', async () => {
    const { rows } = await ask('rank-devices', 'window=2023-10-01', 'devices=2')
    const ofT1 = Object.entries(analystDay)
      .filter(([key]) => key.includes('2023/10/01'))
      .flatMap(([, lines]) => lines.filter((one) => /"(?:thingName|clientId)":"T1"/.test(one)))
    const bytes = ofT1.reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0)
    assert.equal(ofT1.length, 7)
    assert.deepEqual(rows[0], ['1', 'T1', '7', String(bytes)])
    assert.deepEqual(rows[1]!.slice(0, 3), ['2', 'T2', '3'])
    assert.equal(rows.length, 2)
  })

  it('find-duplicates: records that were delivered more than once', async () => {
    const { rows, read } = await ask('find-duplicates', 'category=telemetry', 'window=2023-10-01')
    const uri = (key: string): string => `s3://${bucket}/${key}`
    assert.deepEqual(rows, [
      ['2', '2', uri('telemetry/2023/10/01/09/a.gz'), uri('telemetry/2023/10/01/10/b.gz'), twice]
    ])
    assert.deepEqual(read, keys(/^telemetry\/2023\/10\/01/), 'only the table of the category is read')
  })

  it('find-late-arrivals: records of an hour before', async () => {
    const late = ['telemetry', '2023-10-01 10:00:00.000', '2023-10-01 09:00:00.000', '1', '1', '3000']
    const later = ['telemetry', '2023-10-02 00:00:00.000', '2023-10-01 23:00:00.000', '1', '1', '60']
    const all = await ask('find-late-arrivals', 'window=2023-10-01..2023-10-02', 'minutes=0')
    assert.deepEqual(all.rows, [late, later])
    const some = await ask('find-late-arrivals', 'window=2023-10-01..2023-10-02', 'minutes=2')
    assert.deepEqual(some.rows, [late])
  })

  it('list-lines: all lines of an hour range, and no other object is read', async () => {
    const { rows, read } = await ask('list-lines', 'category=telemetry', 'window=2023-10-01T10..2023-10-01T12')
    const expected = ['telemetry/2023/10/01/10/b.gz', 'telemetry/2023/10/01/11/c.gz']
    assert.deepEqual(
      rows,
      expected.flatMap((key) => analystDay[key]!.map((one) => [`s3://${bucket}/${key}`, one]))
    )
    assert.deepEqual(read, expected)
  })

  it('read the hours of a window over midnight, and no others', async () => {
    const { read } = await ask('list-lines', 'category=telemetry', 'window=2023-10-01T11..2023-10-02T01')
    assert.deepEqual(read, ['telemetry/2023/10/01/11/c.gz', 'telemetry/2023/10/02/00/d.gz'])
  })

  it('find-text: lines that hold a text, letter by letter', async () => {
    const found = async (text: string): Promise<(string | null)[]> => {
      const { rows } = await ask('find-text', 'category=telemetry', 'window=2023-10-01', `text=${text}`)
      return rows.map(([, one]) => one!)
    }
    assert.deepEqual(await found('100% é'), ['not JSON: 100% é T1'])
    assert.deepEqual(await found('traceId'), [withAdded])
    for (const text of ['not_JSON', "' OR '1'='1", 'NOT JSON', '?']) {
      assert.deepEqual(await found(text), [], text)
    }
    assert.deepEqual(await found('%'), ['not JSON: 100% é T1'])
  })

  it('measure-categories: objects, bytes and lines of each day', async () => {
    const { rows } = await ask('measure-categories', 'window=2023-10-01..2023-10-02')
    const measured = (prefix: string): string[] => {
      const objects = Object.entries(analystDay).filter(([key]) => key.startsWith(prefix))
      const stored = objects.reduce((sum, [key]) => sum + engine().storedBytes(key), 0)
      const lines = objects.flatMap(([, own]) => own)
      const text = lines.reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0)
      return [objects.length, stored, text, lines.length].map(String)
    }
    assert.deepEqual(rows, [
      ['command', '2023/10/01', ...measured('commands/2023/10/01')],
      ['lifecycle', '2023/10/01', ...measured('lifecycle/2023/10/01')],
      ['telemetry', '2023/10/01', ...measured('telemetry/2023/10/01')],
      ['telemetry', '2023/10/02', ...measured('telemetry/2023/10/02')]
    ])
  })

  it('find nothing where there is nothing, and read nothing', async () => {
    for (const query of [...queries.values()].filter((one) => queryObstacle(one, dev) === undefined)) {
      const words = query.parameters.map(({ name, sample }) =>
        name === 'window' ? 'window=2023-09-01' : `${name}=${sample}`
      )
      const { rows, read } = await ask(query.name, ...words)
      assert.deepEqual([rows, read], [[], []], query.name)
    }
  })
}

function testViews(engine: () => AnalystEngine): void {
  const select = (view: string, columns: string, where: string): Promise<Answer> =>
    engine().run(`SELECT ${columns} FROM "iot_logs"."${view}" WHERE ${where}`, [])

  it('keep fields that were added, and the line', async () => {
    const { rows } = await select(
      'telemetry_messages',
      'event_time, thing_name, temperature, rssi, sequence, site, payload, document, line',
      "day = '2023/10/01' AND hour = '10' AND line LIKE '%traceId%'"
    )
    const [time, thing, temperature, rssi, sequence, site, payload, document, whole] = rows[0]!
    assert.deepEqual(
      [time, thing, temperature, rssi, sequence, site],
      ['2023-10-01 10:20:00.000', 'T3', '21.5', '-61', '7', 'tokyo']
    )
    assert.deepEqual(JSON.parse(payload!), JSON.parse(withAdded).payload)
    assert.deepEqual(JSON.parse(document!), JSON.parse(withAdded))
    assert.equal(whole, withAdded)
  })

  it('give nulls for a line that is no JSON, or whose time is none', async () => {
    const { rows } = await select(
      'telemetry_messages',
      'event_time, thing_name, message_id, temperature, payload, document, line',
      "day = '2023/10/01' AND event_time IS NULL ORDER BY line"
    )
    const odd = '{"timestamp":1e300,"thingName":"T4"}'
    assert.deepEqual(
      rows.map((row) => [...row.slice(0, 5), row.at(-1)]),
      [
        [null, null, null, null, null, ''],
        [null, null, null, null, null, 'not JSON: 100% é T1'],
        [null, 'T4', null, null, null, odd]
      ]
    )
    assert.deepEqual(
      rows.map((row) => row[5] !== null),
      [false, false, true]
    )
  })

  it('queries separate commands from their answers', async () => {
    const { rows } = await select(
      'command_messages',
      'direction, command_id, action, argument, status',
      "day = '2023/10/01' ORDER BY event_time"
    )
    assert.deepEqual(rows, [
      ['request', 'c-1', 'reboot', '5', 'SENT'],
      ['response', 'c-1', 'reboot', '5', 'TIMED_OUT']
    ])
  })

  it('read only what their day and hour say', async () => {
    for (const view of ['telemetry_messages', 'command_messages', 'lifecycle_events']) {
      const { read } = await select(view, 'count(line)', "day = '2023/10/01' AND hour = '09'")
      assert.equal(read.length, 1, view)
      assert.match(read[0]!, /2023\/10\/01\/09\/a\.gz$/)
    }
    const { read } = await select('all_lines', 'count(line)', "day = '2023/10/01' AND hour IN ('10', '12')")
    assert.deepEqual(read, ['lifecycle/2023/10/01/12/b.gz', 'telemetry/2023/10/01/10/b.gz'])
  })

  it('fail by no line', async () => {
    for (const view of ['iot_records', 'telemetry_messages']) {
      const { rows } = await select(view, '*', "day = '2023/10/05'")
      assert.equal(rows.length, oddLines.length, view)
    }
    const { rows } = await select(
      'iot_records',
      'problem, count(*)',
      "day = '2023/10/05' GROUP BY problem ORDER BY problem"
    )
    assert.deepEqual(rows, [
      ['NOT_JSON', '4'],
      [null, String(oddLines.length - 4)]
    ])
  })

  it('queries give nothing of a broken line, not even the text before the damage', async () => {
    const { rows } = await select(
      'telemetry_messages',
      'event_time, thing_name, message_id, document',
      "day = '2023/10/05' AND line LIKE '%T9%'"
    )
    assert.deepEqual(rows, [
      [null, null, null, null],
      [null, null, null, null]
    ])
  })

  it('take the time of a message as milliseconds, a text or a fraction as well', async () => {
    const { rows } = await select(
      'iot_records',
      'event_time, count(*)',
      "day = '2023/10/05' AND event_time IS NOT NULL GROUP BY event_time ORDER BY event_time"
    )
    assert.deepEqual(rows, [
      ['2023-10-01 09:00:00.000', '3'],
      ['9999-12-31 23:59:59.999', '1']
    ])
  })
}
