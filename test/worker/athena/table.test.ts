import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { tableOf } from '../../../worker/athena/table.ts'
import { tableFiles, tableStatement } from '../../../worker/athena/table-statement.ts'
import { allLinesStatement, isMade, madeViewsOf, viewFiles } from '../../../worker/athena/view.ts'
import { type Category, type Config, type Environment, parseConfig } from '../../../worker/contract/config.ts'
import { configWithCategories, referenceConfig, referenceDocument } from '../../support/configurations.ts'

const queries = new URL('../../../queries/', import.meta.url)

function configWith(layout: string, others: object = {}): Config {
  const document = referenceDocument()
  document.categories.telemetry.layout = layout
  document.environments.prod = { ...document.environments.dev, ...others }
  return parseConfig(document)
}

function telemetry(layout: string): Category {
  return configWith(layout).environments.get('dev')!.categories.get('telemetry')!
}

/** As they stand there, a quote inside with its backslash. */
function propertiesOf(statement: string): Record<string, string> {
  const pairs = statement.matchAll(/^ {2}'([^']*)' = '((?:[^'\\]|\\.)*)',?$/gm)
  return Object.fromEntries([...pairs].map(([, key, value]) => [key!, value!.replaceAll("\\'", "'")]))
}

/** What a table of a layout says. */
interface Projected {
  readonly folder: string
  readonly template: string
  readonly format: string
  readonly range: string
  readonly hours: string | undefined
}

describe('the committed tables and views', () => {
  it('the committed tables and views are those that npm run tables makes', () => {
    const tables = tableFiles(referenceConfig())
    assert.deepEqual(readdirSync(new URL('tables/', queries)).sort(), [...tables.keys()].sort())
    for (const [name, text] of tables) assert.equal(readFileSync(new URL(`tables/${name}`, queries), 'utf8'), text)
    const views = viewFiles(referenceConfig())
    assert.deepEqual([...views.keys()], ['all_lines.sql'])
    for (const [name, text] of views) assert.equal(readFileSync(new URL(`views/${name}`, queries), 'utf8'), text)
  })
})

describe('the table of a category', () => {
  it('a table reads lines as they are: no byte of UTF-8 splits them, and no line is null', () => {
    const properties = propertiesOf(tableStatement(telemetry('telemetry/{yyyy}/{MM}/{dd}/{HH}/')))
    assert.equal(properties['field.delim'], '-1')
    assert.equal(properties['serialization.last.column.takes.rest'], 'true')
    assert.equal(properties['serialization.null.format'], '\\n')
    assert.equal(properties['escape.delim'], undefined)
  })

  const layouts: readonly (readonly [string, Projected])[] = [
    [
      'telemetry/{yyyy}/{MM}/{dd}/{HH}/',
      {
        folder: 'telemetry/',
        template: `telemetry/\${day}/\${hour}/`,
        format: 'yyyy/MM/dd',
        range: '2020/01/01,NOW+1DAYS',
        hours: '0,23'
      }
    ],
    [
      'logs/year={yyyy}/month={MM}/day={dd}/hour={HH}/',
      {
        folder: 'logs/',
        template: `logs/year=\${day}/hour=\${hour}/`,
        format: "yyyy'/month='MM'/day='dd",
        range: '2020/month=01/day=01,NOW+1DAYS',
        hours: '0,23'
      }
    ],
    [
      'dt={yyyy}-{MM}-{dd}/',
      {
        folder: '',
        template: `dt=\${day}/`,
        format: 'yyyy-MM-dd',
        range: '2020-01-01,NOW+1DAYS',
        hours: undefined
      }
    ],
    [
      '{HH}/{dd}.{MM}.{yyyy}/',
      {
        folder: '',
        template: `\${hour}/\${day}/`,
        format: 'dd.MM.yyyy',
        range: '01.01.2020,NOW+1DAYS',
        hours: '0,23'
      }
    ],
    [
      'a/b{yyyy}{MM}{dd}T{HH}/c/',
      {
        folder: 'a/',
        template: `a/b\${day}T\${hour}/c/`,
        format: 'yyyyMMdd',
        range: '20200101,NOW+1DAYS',
        hours: '0,23'
      }
    ]
  ]
  for (const [layout, { folder, template, format, range, hours }] of layouts) {
    it(`a table finds the objects of ${layout}`, () => {
      const statement = tableStatement(telemetry(layout))
      const properties = propertiesOf(statement)
      assert.equal(/^LOCATION '(.*)'$/m.exec(statement)![1], `\${location}${folder}`)
      assert.equal(properties['storage.location.template'], `\${location}${template}`)
      assert.equal(properties['projection.day.format'], format)
      assert.equal(properties['projection.day.range'], range)
      assert.equal(properties['projection.hour.range'], hours)
      assert.equal(/PARTITIONED BY .*hour/.test(statement), hours !== undefined)
    })
  }

  const refused: readonly (readonly [string, RegExp])[] = [
    ['t/{yyyy}/{HH}/{MM}/{dd}/', /its hour inside the day/],
    ['t/{yyyy}/{MM}/{dd}/{yyyy}{MM}{dd}/', /names a part of the time twice/],
    ['t/{yyyy}/{MM}/{dd}/{HH}/app-', /does not end with a slash/],
    ['t//{yyyy}/{MM}/{dd}/', /an empty folder/],
    ["t's/{yyyy}/{MM}/{dd}/", /other characters/],
    ['t/{yyyy},{MM},{dd}/', /other characters/],
    [`t/$\{yyyy}/{MM}/{dd}/`, /other characters/],
    ['t\\n/{yyyy}/{MM}/{dd}/', /other characters/],
    ['größe/{yyyy}/{MM}/{dd}/', /other characters/]
  ]
  for (const [layout, reason] of refused) {
    it(`a table is rejected with the reason: ${layout}`, () => {
      const category = telemetry(layout)
      assert.throws(() => tableStatement(category), { code: 'wrong-config', message: reason })
      assert.match((tableOf(category) as { problem: string }).problem, /^category telemetry can have no table/)
    })
  }

  it('a table is rejected when the configuration names none', () => {
    const { table: _, ...category } = telemetry('t/{yyyy}/{MM}/{dd}/')
    assert.throws(() => tableStatement({ ...category, table: undefined }), /category telemetry has no table/)
  })
})

describe('the files of the tables', () => {
  it('an environment with another layout has a file of its own', () => {
    const categories = { telemetry: { layout: 'dt={yyyy}-{MM}-{dd}/' } }
    const config = configWith('t/{yyyy}/{MM}/{dd}/{HH}/', { categories })
    const files = tableFiles(config)
    assert.deepEqual([...files.keys()].sort(), ['command.sql', 'lifecycle.sql', 'telemetry.prod.sql', 'telemetry.sql'])
    assert.match(files.get('telemetry.prod.sql')!, /dt=\$\{day\}/)
    assert.deepEqual([...viewFiles(config).keys()], ['all_lines.sql', 'all_lines.prod.sql'])
  })
})

describe('the views of records', () => {
  const environmentOf = (categories: Readonly<Record<string, object>>): Environment =>
    configWithCategories(categories).environments.get('dev')!
  const layout = 'logs/{yyyy}/{MM}/{dd}/'
  const namesOf = (categories: Readonly<Record<string, object>>): string[] =>
    madeViewsOf(environmentOf(categories)).map(({ name }) => name)

  it('each category with a table and columns has a view, and common views join them', () => {
    const web = { layout, format: 'alb', table: 'web' }
    assert.deepEqual(namesOf({ web, plain: { layout, table: 'plain' }, old: { layout, format: 'elb-classic' } }), [
      'all_lines',
      'web_records',
      'access_requests'
    ])
    assert.deepEqual(namesOf({ flows: { layout, format: 'vpc-flow', table: 'flows' } }), ['all_lines', 'flows_records'])
    assert.deepEqual(namesOf({ calls: { layout, format: 'pexip', table: 'calls' } }), [
      'all_lines',
      'calls_records',
      'conference_events'
    ])
  })

  it('there are no views when no category has a table', () => {
    assert.deepEqual(namesOf({ web: { layout, format: 'alb' } }), [])
  })

  it('an environment with other layouts has view files of its own', () => {
    const document = referenceDocument()
    document.categories.web = { layout, format: 'alb', table: 'web' }
    document.environments.prod = {
      ...document.environments.dev,
      categories: { web: { layout: 'logs/{yyyy}/{MM}/{dd}/{HH}/' } }
    }
    const files = viewFiles(parseConfig(document))
    const names = ['all_lines', 'web_records', 'access_requests', 'all_lines.prod', 'web_records.prod']
    assert.deepEqual(
      [...files.keys()],
      names.map((name) => `${name}.sql`)
    )
    for (const text of files.values()) assert.ok(isMade(text))
    assert.ok(!isMade(readFileSync(new URL('views/iot_records.sql', queries), 'utf8')))
  })

  it('no view has the name of a table or of a written view', () => {
    const written = readdirSync(new URL('views/', queries)).filter((name) => name !== 'all_lines.sql')
    for (const name of written.map((file) => file.slice(0, -4)).filter((one) => one.endsWith('_records'))) {
      const categories = { iot: { layout, format: 'alb', table: name.replace(/_records$/, '') } }
      assert.throws(() => madeViewsOf(environmentOf(categories)), /iot_records .* rename the table/)
    }
    const twice = { a: { layout, format: 'alb', table: 'a' }, b: { layout, table: 'a_records' } }
    assert.throws(() => madeViewsOf(environmentOf(twice)), /a_records .* rename the table/)
  })
})

describe('the view of all lines', () => {
  it('the view of all lines has a part for each category with a table, and the time of its partitions', () => {
    const document = referenceDocument()
    document.categories.telemetry.layout = 'logs/year={yyyy}/month={MM}/day={dd}/'
    delete document.categories.command.table
    const statement = allLinesStatement(parseConfig(document).environments.get('dev')!)
    assert.deepEqual(
      [...statement.matchAll(/CAST\('(\w+)' AS varchar\) AS category/g)].map(([, name]) => name),
      ['telemetry', 'lifecycle']
    )
    assert.ok(statement.includes("date_parse(day, '%Y/month=%m/day=%d') AS arrived"))
    assert.ok(statement.includes("CAST('00' AS varchar) AS hour"))
    assert.ok(statement.includes("date_parse(concat(day, ' ', hour), '%Y/%m/%d %H') AS arrived"))
  })
})

describe('a configuration', () => {
  it('a configuration names each table for one category only', () => {
    const document = referenceDocument()
    document.categories.command.table = 'telemetry'
    assert.throws(
      () => parseConfig(document),
      /categories\.command\.table: "telemetry": it is the table of category "telemetry"/
    )
  })
})
