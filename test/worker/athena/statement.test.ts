import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { partitioningOf } from '../../../worker/athena/partitions.ts'
import { unloadStatement } from '../../../worker/athena/statement.ts'
import { parseLayout } from '../../../worker/contract/layout.ts'
import { type Window, windowBetween } from '../../../worker/contract/window.ts'

function partitioning(template: string) {
  const parsed = parseLayout(template)
  assert.ok('layout' in parsed)
  const made = partitioningOf(parsed.layout)
  assert.ok(!('problem' in made), 'problem' in made ? made.problem : '')
  return made
}

const hourly = partitioning('telemetry/{yyyy}/{MM}/{dd}/{HH}/')
const daily = partitioning('audit/{yyyy}/{MM}/{dd}/')
const hours = (from: string, to: string): Window => {
  return { fromMs: Date.parse(`${from}:00Z`), toMs: Date.parse(`${to}:00Z`), unit: 'hour' }
}

const base = {
  database: 'iot_logs',
  table: { name: 'telemetry', partitioning: hourly },
  window: hours('2023-10-01T00:00', '2023-10-02T00:00'),
  reading: { format: 'lines', spec: { identifiers: ['THING00001'], match: 'text', case: 'exact' } },
  excluded: [],
  target: 's3://results/x/'
} as const

describe('the statement of an export', () => {
  it('a statement selects the day, and hours if only some are requested', () => {
    assert.deepEqual(unloadStatement(base).parameters, ["'2023/10/01'", "'THING00001'"])
    const some = unloadStatement({ ...base, window: hours('2023-10-01T22:00', '2023-10-03T01:00') })
    assert.match(some.sql, /\(day = \? AND hour IN \(\?, \?\) OR day = \? OR day = \? AND hour IN \(\?\)\)/)
    assert.deepEqual(some.parameters, [
      "'2023/10/01'",
      "'22'",
      "'23'",
      "'2023/10/02'",
      "'2023/10/03'",
      "'00'",
      "'THING00001'"
    ])
  })

  it('a statement reads the hours that hold a window in minutes', () => {
    const window = windowBetween(Date.parse('2023-10-01T09:50:00Z'), Date.parse('2023-10-01T10:10:00Z'))
    const { parameters } = unloadStatement({ ...base, window })
    assert.deepEqual(parameters, ["'2023/10/01'", "'09'", "'10'", "'THING00001'"])
    const day = unloadStatement({ ...base, window, table: { name: 'audit', partitioning: daily } })
    assert.deepEqual(day.parameters, ["'2023/10/01'", "'THING00001'"])
  })

  it('a statement excludes objects by their URLs', () => {
    const one = unloadStatement({ ...base, excluded: ["s3://b/it's"] })
    assert.match(one.sql, /"\$path" NOT IN \(\?\)/)
    assert.ok(one.parameters.includes("'s3://b/it''s'"))
  })

  it('a statement is the same text for all identifiers', () => {
    const { sql } = unloadStatement(base)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 3, maxLength: 256 }), (identifier) => {
        const one = unloadStatement({
          ...base,
          reading: { ...base.reading, spec: { ...base.reading.spec, identifiers: [identifier] } }
        })
        assert.equal(one.sql, sql)
        const literal = one.parameters.at(-1)!
        assert.match(literal, /^'(?:[^']|'')*'$/s)
        assert.equal(literal.slice(1, -1).replaceAll("''", "'"), identifier)
      })
    )
  })

  it('a statement accepts only plain names of tables and databases', () => {
    assert.throws(() => unloadStatement({ ...base, database: 'x"; DROP TABLE y' }), /Not a name/)
  })
})

describe('the partitions of a layout', () => {
  const timeMs = Date.UTC(2023, 9, 1, 7)
  const rows = [
    ['telemetry/{yyyy}/{MM}/{dd}/{HH}/', 'telemetry/', `telemetry/\${day}/\${hour}/`, 'yyyy/MM/dd', '2023/10/01'],
    ['logs/dt={yyyy}-{MM}-{dd}/', 'logs/dt=', `logs/dt=\${day}/`, 'yyyy-MM-dd', '2023-10-01'],
    [
      'x/year={yyyy}/month={MM}/day={dd}/hour={HH}/',
      'x/year=',
      `x/year=\${day}/hour=\${hour}/`,
      "yyyy'/month='MM'/day='dd",
      '2023/month=10/day=01'
    ]
  ] as const
  for (const [template, root, made, pattern, day] of rows) {
    it(template, () => {
      const { of, hasHours, ...rest } = partitioning(template)
      assert.deepEqual(rest, { root, template: made, dayPattern: pattern })
      assert.deepEqual(of(timeMs), { day, hour: hasHours ? '07' : undefined })
    })
  }

  it('a layout with a repeated part, or an hour inside the day, has no partitions', () => {
    for (const template of ['{yyyy}/{MM}/{HH}/{dd}/', '{yyyy}/{yyyy}-{MM}-{dd}/']) {
      const parsed = parseLayout(template)
      assert.ok('layout' in parsed)
      assert.ok('problem' in partitioningOf(parsed.layout), template)
    }
  })
})
