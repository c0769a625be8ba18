import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { textLiteral } from '../../../worker/athena/literal.ts'
import { queryObstacle } from '../../../worker/athena/query-tables.ts'
import { queryValues } from '../../../worker/athena/query-values.ts'
import { readSavedQueries } from '../../../worker/athena/saved-queries.ts'
import { parseSavedQuery, type SavedQuery } from '../../../worker/athena/saved-query.ts'
import { madeViewsOf } from '../../../worker/athena/view.ts'
import { type Environment, parseConfig } from '../../../worker/contract/config.ts'
import { ProblemsError } from '../../../worker/contract/errors.ts'
import { formatNames } from '../../../worker/formats/registry.ts'
import { configWithCategories, referenceConfig, referenceDocument } from '../../support/configurations.ts'

const nowMs = Date.UTC(2023, 9, 20, 12)
const dev = referenceConfig().environments.get('dev')!
const withRecords = configWithCategories({
  web: { layout: 'web/{yyyy}/{MM}/{dd}/', format: 'alb', table: 'web' },
  shop: { layout: 'shop/{yyyy}/{MM}/{dd}/', format: 'cloudfront' },
  calls: { layout: 'calls/{yyyy}/{MM}/{dd}/{HH}/', format: 'pexip', table: 'calls' }
}).environments.get('dev')!
const queries = readSavedQueries()
const findText = queries.get('find-text')!

function devWith(change: (document: ReturnType<typeof referenceDocument>) => void): Environment {
  const document = referenceDocument()
  change(document)
  return parseConfig(document).environments.get('dev')!
}

function valuesOf(query: SavedQuery, words: readonly string[], environment = dev): Record<string, string> {
  const literals = queryValues(query, words, environment, nowMs)
  return Object.fromEntries(query.values.map((name, at) => [name, literals[at]!]))
}

function problemsOf(query: SavedQuery, words: readonly string[], environment = dev): string[] {
  try {
    queryValues(query, words, environment, nowMs)
  } catch (error) {
    assert.ok(error instanceof ProblemsError)
    return error.problems.map(({ text }) => text)
  }
  return assert.fail('the words were taken')
}

describe('the header of a saved query', () => {
  const text = [
    '-- name: find-it',
    '-- answers: what',
    '--   it is',
    '-- parameter: window (window, such as today): when',
    '-- parameter: rows (integer from 1 to 9, such as 3): how many',
    '-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, rows, rows',
    '-- reads: telemetry, command',
    '-- cost: little',
    "SELECT '?' -- or not?",
    "WHERE a IN (?, ?, ?, ?, ?, ?) AND b <> ? AND c = 'x''?' AND d = ?",
    ''
  ].join('\n')

  it('a header gives the query’s name, its parameters, and the meaning of each placeholder', () => {
    const { sql, ...query } = parseSavedQuery('find-it.sql', text)
    assert.ok(sql.startsWith('SELECT'))
    assert.deepEqual(query, {
      name: 'find-it',
      answers: 'what it is',
      parameters: [
        { name: 'window', type: 'window', range: undefined, sample: 'today', meaning: 'when' },
        { name: 'rows', type: 'integer', range: { from: 1, to: 9 }, sample: '3', meaning: 'how many' }
      ],
      values: [
        'window.firstDay',
        'window.lastDay',
        'window.minHour',
        'window.maxHour',
        'window.first',
        'window.last',
        'rows',
        'rows'
      ],
      reads: ['telemetry', 'command'],
      cost: 'little'
    })
  })

  const mistakes: readonly (readonly [string, string, RegExp])[] = [
    ['-- cost: little\n', '', /no line "-- cost/],
    ['(integer from 1 to 9, such as 3)', '(number)', /parameter: rows \(number\)/],
    ['rows, rows', 'rows, lines', /no parameter gives the value lines/],
    ['rows, rows', 'rows', /8 places and 7 values/],
    ['window.last, ', 'window.first, ', /a parameter is not used/],
    ['-- name: find-it', '-- name: find-that', /its name is not that of the file/]
  ]
  for (const [from, to, problem] of mistakes) {
    it(`a header is rejected: ${problem.source}`, () => {
      assert.throws(() => parseSavedQuery('find-it.sql', text.replace(from, to)), {
        code: 'internal',
        message: problem
      })
    })
  }
})

describe('every saved query', () => {
  const written = readdirSync(new URL('../../../queries/views/', import.meta.url)).map((name) => name.slice(0, -4))
  const views = [...written, ...madeViewsOf(withRecords).map(({ name }) => name)]
  const environmentOf = (query: SavedQuery): Environment =>
    queryObstacle(query, dev) === undefined ? dev : withRecords

  for (const query of queries.values()) {
    it(`${query.name} takes its own samples`, () => {
      const words = query.parameters.map(({ name, sample }) => `${name}=${sample}`)
      assert.equal(queryValues(query, words, environmentOf(query), nowMs).length, query.values.length)
    })

    it(`${query.name} reads what there is, by day and by hour, and names no bucket or database`, () => {
      const read = [...query.sql.matchAll(/(?:FROM|JOIN) "\$\{database\}"\."(\w+)"/g)].map(([, name]) => name!)
      assert.ok(read.length > 0)
      for (const name of read) assert.ok(views.includes(name), name)
      assert.equal(query.sql.match(/\bday BETWEEN \? AND \?/g)?.length, read.length)
      assert.equal(query.sql.match(/\bhour BETWEEN \? AND \?/g)?.length, read.length)
      assert.doesNotMatch(query.sql, /s3:|iot_logs/)
    })

    const { reads } = query
    if (typeof reads === 'object' && 'formats' in reads) {
      it(`${query.name} names the formats that feed the view which it reads`, () => {
        const [, view] = /FROM "\$\{database\}"\."(\w+)"/.exec(query.sql)!
        const feeding = formatNames.filter((format) => {
          const one = configWithCategories({ one: { layout: 'one/{yyyy}/{MM}/{dd}/', format, table: 'one' } })
          return madeViewsOf(one.environments.get('dev')!).some(({ name }) => name === view)
        })
        assert.deepEqual([...reads.formats].sort(), feeding.sort())
      })
    }

    it(`${query.name} has no question mark but its places`, () => {
      const text = readFileSync(new URL(`../../../queries/${query.name}.sql`, import.meta.url), 'utf8')
      assert.equal(text.split('?').length - 1, query.values.length)
    })
  }
})

describe('the values of a saved query', () => {
  it('the values are the partitions of the window, for any spelling', () => {
    const words = ['category=commands', 'text=x']
    assert.deepEqual(valuesOf(findText, [...words, 'window=yesterday']), {
      'window.firstDay': "'2023/10/19'",
      'window.lastDay': "'2023/10/19'",
      'window.minHour': "'00'",
      'window.maxHour': "'23'",
      'window.first': "'2023/10/19T00'",
      'window.last': "'2023/10/19T23'",
      category: "'command'",
      text: "'x'"
    })
    const hours = valuesOf(findText, [...words, 'window=2023-10-01T09..2023-10-01T12'])
    assert.deepEqual([hours['window.minHour'], hours['window.maxHour']], ["'09'", "'11'"])
    assert.deepEqual([hours['window.first'], hours['window.last']], ["'2023/10/01T09'", "'2023/10/01T11'"])
  })

  it('the values keep every hour of a window over midnight, and no more', () => {
    const night = valuesOf(findText, ['category=telemetry', 'text=x', 'window=2023-10-01T22..2023-10-02T03'])
    assert.deepEqual([night['window.firstDay'], night['window.lastDay']], ["'2023/10/01'", "'2023/10/02'"])
    assert.deepEqual([night['window.minHour'], night['window.maxHour']], ["'00'", "'23'"])
    assert.deepEqual([night['window.first'], night['window.last']], ["'2023/10/01T22'", "'2023/10/02T02'"])
  })

  it('the values are texts that stay texts, and numbers', () => {
    for (const text of [
      "' OR 1=1 --",
      'a=b',
      '?',
      '%_\\',
      '"; DROP TABLE x',
      'x'.repeat(1000),
      '  ',
      "'".repeat(511)
    ]) {
      const values = valuesOf(findText, ['category=telemetry', 'window=today', `text=${text}`])
      assert.equal(values.text, textLiteral(text))
    }
    const ranked = valuesOf(queries.get('rank-devices')!, ['window=today', 'devices=007'])
    assert.equal(ranked.devices, '7')
  })

  it('wrong values are rejected all at once, each with what would be right', () => {
    assert.deepEqual(
      problemsOf(findText, ['category=telemetri', 'window=2023-10-32', 'texts=a', 'b', 'window=today']),
      [
        'find-text has no parameter "texts": did you mean text?',
        '"b" is not a parameter: write category=… window=… text=…',
        'window is given twice',
        'text is missing: to be found anywhere in the line, letters as they are, such as text=valve-7',
        '"telemetri" is not a category: did you mean "telemetry"?',
        'window: "2023-10-32" is not a date: month 10 of 2023 has no day 32'
      ]
    )
  })

  it('values that can not be meant are rejected', () => {
    const text = (value: string): string =>
      problemsOf(findText, ['category=telemetry', 'window=today', `text=${value}`])[0]!
    assert.match(text(''), /it is empty/)
    assert.match(text('a\nb'), /the end of a line/)
    assert.match(text('\ud800'), /half of a character/)
    assert.match(text('x'.repeat(1023)), /too long: 1023 of 1022/)
    assert.match(text("'".repeat(512)), /too long: 1024 of 1022 characters, quotes twice/)
    const rank = queries.get('rank-devices')!
    for (const devices of ['0', '100001', '-1', '1.5', '1e3', 'ten', '', '9'.repeat(30)]) {
      assert.match(
        problemsOf(rank, ['window=today', `devices=${devices}`])[0]!,
        /is not a whole number from 1 to 100000/
      )
    }
  })

  it('the values follow the layout of the category', () => {
    const hive = devWith(({ categories }) => {
      categories.telemetry.layout = 'year={yyyy}/month={MM}/day={dd}/'
    })
    const words = ['category=telemetry', 'text=x']
    const values = valuesOf(findText, [...words, 'window=2023-10-01..2023-10-02'], hive)
    assert.equal(values['window.firstDay'], "'2023/month=10/day=01'")
    assert.equal(values['window.last'], "'2023/month=10/day=02T23'")
    assert.deepEqual(problemsOf(findText, [...words, 'window=2023-10-01T09'], hive), [
      `window: the layout year=\${day}/ has no hours: give whole days`
    ])
    const several = problemsOf(queries.get('count-errors')!, ['window=today'], hive)
    assert.match(several[0]!, /write days in several ways/)
  })

  it('the values name the categories of a format that have a table', () => {
    const failures = queries.get('count-path-errors')!
    // The category shop has no table, and so no part in the view.
    assert.equal(valuesOf(failures, ['window=2023-10-01'], withRecords)['window.firstDay'], "'2023/10/01'")
    assert.deepEqual(problemsOf(failures, ['window=2023-10-01T09'], withRecords), [
      `window: the layout web/\${day}/ has no hours: give whole days`
    ])
    assert.deepEqual(problemsOf(queries.get('list-call-failures')!, ['window=2023-10-01']), [
      'list-call-failures reads records of pexip; no category of dev has one of these, and a table: give one its format in the configuration, then make its table and the views'
    ])
  })

  it('values are rejected when days can not be compared or there is no table', () => {
    const backwards = devWith(({ categories }) => {
      categories.telemetry.layout = '{dd}-{MM}-{yyyy}/'
    })
    const words = ['category=telemetry', 'text=x']
    assert.equal(valuesOf(findText, [...words, 'window=today'], backwards)['window.firstDay'], "'20-10-2023'")
    assert.match(problemsOf(findText, [...words, 'window=2023-10-01..2023-10-02'], backwards)[0]!, /ask for one day/)
    const without = devWith(({ categories }) => {
      delete categories.telemetry.table
    })
    assert.match(problemsOf(findText, [...words, 'window=today'], without)[0]!, /category telemetry has no table/)
    const bare = configWithCategories({ other: { layout: 'logs/{yyyy}/{MM}/{dd}/' } }).environments.get('dev')!
    const obstacles = ['measure-categories', 'count-errors'].map((name) => queryObstacle(queries.get(name)!, bare))
    assert.match(obstacles[0]!, /no category of dev has one: give one a table/)
    assert.match(obstacles[1]!, /reads telemetry, command, lifecycle, and dev has none of these categories: add them/)
  })
})
