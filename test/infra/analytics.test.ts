import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { synthesise } from './apps.ts'
import { listOf, propertiesOf, statementsOf, templateOf, textOf } from './templates.ts'

const analytics = templateOf(synthesise(), 'iot-log-dev-analytics')
const queries = new URL('../../queries/', import.meta.url)
const sqlOf = (path: string): string => readFileSync(new URL(path, queries), 'utf8')
const places = { database: 'iot_logs', location: 's3://dev-iot-logs/' }

describe('a table', () => {
  const tables = propertiesOf(analytics, 'AWS::Glue::Table')

  it('is in Glue what its statement in queries/tables makes', () => {
    const files = readdirSync(new URL('tables/', queries)).sort()
    assert.deepEqual(tables.map(({ TableInput }) => `${TableInput.Name}.sql`).sort(), files)
    for (const { TableInput: made, DatabaseName } of tables) {
      assert.equal(DatabaseName, 'iot_logs')
      assert.equal(made.TableType, 'EXTERNAL_TABLE')
      const { EXTERNAL, ...parameters } = made.Parameters
      assert.equal(EXTERNAL, 'TRUE')
      const { StorageDescriptor: stored } = made
      const columns = [...stored.Columns, ...made.PartitionKeys]
      // Glue has every text of the statement, in its order, and no other.
      const inGlue = [
        ...columns.flatMap(({ Comment }) => Comment ?? []),
        stored.SerdeInfo.SerializationLibrary,
        ...Object.entries(stored.SerdeInfo.Parameters).flat(),
        stored.InputFormat,
        stored.OutputFormat,
        stored.Location,
        ...Object.entries(parameters).flat()
      ]
      const sql = fillStatement(sqlOf(`tables/${made.Name}.sql`), places)
      const texts = [...sql.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, text]) => text!.replaceAll('\\n', '\n'))
      assert.deepEqual(inGlue, texts)
      const names = [...sql.matchAll(/`(\w+)` string/g)].map(([, name]) => name)
      assert.deepEqual(
        columns.map(({ Name }) => Name),
        names
      )
    }
  })

  it('has its columns and partitions', () => {
    const { TableInput } = tables.find(({ TableInput: one }) => one.Name === 'telemetry')!
    const names = (columns: { Name: string; Type: string }[]) => columns.map(({ Name, Type }) => `${Name} ${Type}`)
    assert.deepEqual(names(TableInput.StorageDescriptor.Columns), ['line string', 'rest string'])
    assert.deepEqual(names(TableInput.PartitionKeys), ['day string', 'hour string'])
    assert.equal(TableInput.Parameters['storage.location.template'], `s3://dev-iot-logs/telemetry/\${day}/\${hour}/`)
    assert.equal(TableInput.StorageDescriptor.SerdeInfo.Parameters['serialization.null.format'], '\n')
  })
})

describe('the workgroups', () => {
  it('enforce where results go and when a query ends', () => {
    const made = propertiesOf(analytics, 'AWS::Athena::WorkGroup').map(({ Name, WorkGroupConfiguration: how }) => {
      assert.equal(how.EnforceWorkGroupConfiguration, true)
      assert.equal(how.ResultConfiguration.EncryptionConfiguration.EncryptionOption, 'SSE_S3')
      assert.equal(how.ResultConfiguration.ExpectedBucketOwner, '111111111111')
      return [Name, how.BytesScannedCutoffPerQuery, how.ResultConfiguration.OutputLocation]
    })
    assert.deepEqual(made, [
      ['iot-log-export', 2e12, 's3://dev-iot-logs/slack/iot-logs/athena/workgroup/'],
      ['iot-log-analysts', 2e11, 's3://dev-iot-logs/athena-results/']
    ])
  })
})

describe('saved queries', () => {
  const saved = propertiesOf(analytics, 'AWS::Athena::NamedQuery')

  it('are those of queries/, and the views in the order in which they are made', () => {
    const files = (folder: string) => readdirSync(new URL(folder, queries)).filter((file) => file.endsWith('.sql'))
    const names = saved.map(({ Name }) => Name as string)
    assert.deepEqual(
      names.filter((name) => !name.startsWith('view-')).sort(),
      files('')
        .filter((file) => !/^-- reads: formats /m.test(sqlOf(file)))
        .map((file) => file.replace('.sql', ''))
        .sort()
    )
    assert.deepEqual(
      names
        .filter((name) => name.startsWith('view-'))
        .map((name) => name.replace(/^view-\d+-/, ''))
        .sort(),
      files('views/')
        .map((file) => file.replace('.sql', ''))
        .sort()
    )
    assert.deepEqual(names.filter((name) => name.startsWith('view-')).slice(0, 2), [
      'view-1-all_lines',
      'view-2-iot_records'
    ])
  })

  it('are more where a category has a format that they read, with the views below them', () => {
    const { templates } = synthesise(({ categories }) => {
      categories.web = { layout: 'AWSLogs/elb/{yyyy}/{MM}/{dd}/', format: 'alb', table: 'web' }
    })
    const more = propertiesOf(templates.get('iot-log-dev-analytics')!, 'AWS::Athena::NamedQuery')
    const added = more.map(({ Name }) => Name as string).filter((name) => !saved.some(({ Name }) => Name === name))
    assert.deepEqual(added.filter((name) => !name.startsWith('view-')).sort(), [
      'count-client-errors',
      'count-path-errors',
      'count-target-errors',
      'list-slow-requests',
      'rank-slow-targets'
    ])
    assert.deepEqual(
      more.map(({ Name }) => Name as string).filter((name) => /^view-[1-4]-/.test(name)),
      ['view-1-all_lines', 'view-2-web_records', 'view-3-access_requests', 'view-4-iot_records']
    )
  })

  it('are no views, and no queries, where no category has a table', () => {
    const { templates } = synthesise(({ categories }) => {
      for (const category of Object.values<{ table?: string }>(categories)) delete category.table
    })
    assert.deepEqual(propertiesOf(templates.get('iot-log-dev-analytics')!, 'AWS::Athena::NamedQuery'), [])
  })

  it('name the database, and have no place left to fill', () => {
    for (const { QueryString, WorkGroup, Name } of saved) {
      assert.equal(WorkGroup, 'iot-log-analysts')
      assert.ok(!QueryString.includes(`\${`), Name)
      assert.ok(QueryString.includes('"iot_logs"'), Name)
    }
  })
})

describe('the policy of analysts', () => {
  it('reads, and writes nothing but results of queries', () => {
    const statements = statementsOf(analytics).get('iot-log-dev-analyst')!
    const writing = statements.filter(({ Action }) =>
      listOf(Action).some((one) => /:(?:Put|Delete|Create|Update|Abort)/.test(one))
    )
    assert.deepEqual(
      writing.map(({ Resource }) => textOf(Resource)),
      ['arn:aws:s3:::dev-iot-logs/athena-results/*']
    )
    for (const { Action } of statements) {
      assert.ok(!listOf(Action).some((one) => /^glue:(?!Get)/.test(one)))
    }
  })

  it('lets the console list what there is, of everything only names', () => {
    const statements = statementsOf(analytics).get('iot-log-dev-analyst')!
    const resourcesOf = (action: string): string =>
      statements
        .filter(({ Action }) => listOf(Action).includes(action))
        .flatMap(({ Resource }) => listOf(Resource))
        .map(textOf)
        .join()
    assert.deepEqual(
      statements.filter(({ Resource }) => listOf(Resource).includes('*')).map(({ Action }) => Action),
      [['athena:ListWorkGroups', 'athena:ListDataCatalogs']]
    )
    assert.match(resourcesOf('athena:ListTableMetadata'), /^arn:aws:athena:[^,]*:datacatalog\/AwsDataCatalog$/)
    assert.match(resourcesOf('glue:GetDatabases'), /:catalog,arn:aws:glue:[^,]*:database\/iot_logs$/)
  })
})
