import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { readSavedQueries } from '../../worker/athena/saved-queries.ts'
import { type AthenaServer, startAthenaServer } from '../stand-ins/athena/server.ts'
import { type S3Server, startS3Server } from '../stand-ins/s3/server.ts'
import { referenceDocument } from '../support/configurations.ts'
import { type FinishedCommand, type RunningCommand, runCli, startCli } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { bucket, connected, lost, makeTablesAndViews, places, putAnalystDay } from './analyst-day.ts'

const workgroup = 'iot-log-analysts'
const connections = ['query', 'list-connections', 'device=T1', 'window=2023-10-01']

let s3: S3Server
let athena: AthenaServer

before(async () => {
  s3 = await startS3Server({ buckets: { [bucket]: {}, results: {} } })
  putAnalystDay(s3)
  athena = await startAthenaServer({
    s3,
    workgroups: { [workgroup]: { outputLocation: 's3://results/analysts/', enforced: true } }
  })
  await makeTablesAndViews(athena)
})
after(async () => {
  await athena.close()
  await s3.close()
})
afterEach(() => athena.release())

function run(...args: readonly string[]): Promise<FinishedCommand> {
  return start(...args).finished
}

function start(...args: readonly string[]): RunningCommand {
  return startCli(args, { env: { ...process.env, ...athena.environment() } })
}

describe('iot-log query', () => {
  it('prints a table, and on standard error what was read and what it costs', async () => {
    const { code, stdout, stderr } = await run(...connections)
    assert.match(stderr, /^[\d.]+ (?:bytes|kB) scanned in [\d.]+ s, about \$0\.00005\n$/)
    assert.equal(code, 0)
    const [header, , first, second, count] = stdout.split('\n')
    assert.match(header!, /^event_time +event_type +disconnect_reason +client_initiated +ip_address/)
    assert.match(first!, /^2023-10-01 09:00:00\.000 {2}connected +- +- +192\.0\.2\.7/)
    assert.match(second!, /^2023-10-01 09:59:00\.000 {2}disconnected {2}CONNECTION_LOST +false/)
    assert.equal(count, '2 rows')
  })

  it('asks in the workgroup of analysts, with parameters and never with text in the statement', async () => {
    const { code } = await run('query', 'find-text', 'category=telemetry', 'window=2023-10-01', "text=x' OR '1'='1")
    assert.equal(code, 0)
    const query = athena.queries().at(-1)!
    assert.equal(query.workgroup, workgroup)
    assert.deepEqual(query.parameters, [
      "'2023/10/01'",
      "'2023/10/01'",
      "'00'",
      "'23'",
      "'2023/10/01T00'",
      "'2023/10/01T23'",
      "'telemetry'",
      "'x'' OR ''1''=''1'"
    ])
    assert.equal(query.sql, fillStatement(readSavedQueries().get('find-text')!.sql, places))
  })

  it('prints CSV', async () => {
    const { stdout, stderr } = await run(...connections, '--format', 'csv', '--quiet')
    assert.equal(stderr, '')
    assert.equal(
      stdout,
      [
        'event_time,event_type,disconnect_reason,client_initiated,ip_address,session_id,version_number',
        '2023-10-01 09:00:00.000,connected,,,192.0.2.7,s-1,4',
        '2023-10-01 09:59:00.000,disconnected,CONNECTION_LOST,false,,s-1,4',
        ''
      ].join('\r\n')
    )
  })

  it('prints JSON with numbers, lines as they are, bytes and cost', async () => {
    const { stdout, code } = await run(
      'query',
      'list-lines',
      'category=lifecycle',
      'window=2023-10-01T09',
      '--format',
      'json'
    )
    assert.equal(code, 0)
    const { rows, id, ...summary } = JSON.parse(stdout)
    const object = `s3://${bucket}/lifecycle/2023/10/01/09/a.gz`
    assert.deepEqual(rows, [
      { object, line: lost },
      { object, line: connected }
    ])
    const query = athena.query(id)!
    assert.deepEqual(summary, { query: 'list-lines', scannedBytes: query.scannedBytes, dollars: 0.00005 })
    assert.equal(query.scannedBytes, s3.get(bucket, 'lifecycle/2023/10/01/09/a.gz')!.length)
    const ranked = await run('query', 'rank-devices', 'window=2023-10-01', 'devices=1', '--format', 'json')
    const [row] = JSON.parse(ranked.stdout).rows
    assert.deepEqual([row.place, row.device, row.records], [1, 'T1', 7])
  })

  it('stops the query at Ctrl-C and at SIGTERM', async () => {
    for (const [signal, exitCode, text] of [
      ['SIGINT', 130, 'Cancelled'],
      ['SIGTERM', 143, 'Terminated']
    ] as const) {
      athena.queryFaults.add({ sql: /lifecycle_events/, times: 1, fault: { kind: 'hold', state: 'RUNNING' } })
      const asked = athena.queries().length
      const { child, finished } = start(...connections)
      const query = await athena.until((server) => {
        const found = server.queries()[asked]
        const looks = server.requests.filter(({ operation }) => operation === 'GetQueryExecution')
        return found?.state === 'RUNNING' && looks.length > 0 && found
      })
      child.kill(signal)
      const { code, stdout, stderr } = await finished
      assert.equal(code, exitCode)
      assert.equal(stdout, '')
      assert.equal(stderr, `iot-log: ${text}: the query was stopped\n`)
      assert.equal(athena.query(query.id)!.state, 'CANCELLED')
    }
  })

  it('says why a query has failed', async () => {
    const reason = 'TABLE_NOT_FOUND: line 2:6: Table awsdatacatalog.iot_logs.lifecycle_events does not exist'
    athena.queryFaults.add({ sql: /lifecycle_events/, times: 1, fault: { kind: 'fail', message: reason } })
    const { code, stdout, stderr } = await run(...connections)
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /a table or a view is missing: make it from queries\/tables or queries\/views/)
  })

  it('names a workgroup that is not there', async () => {
    using place = temporaryDirectory()
    const document = referenceDocument()
    document.environments.dev.athena.analystWorkgroup = 'nobody'
    writeFileSync(join(place.path, 'own.json'), JSON.stringify(document))
    const { code, stderr } = await run(...connections, '--config', join(place.path, 'own.json'))
    assert.equal(code, 1)
    assert.match(stderr, /nobody/)
  })
})

describe('iot-log query, before anything is asked', () => {
  const asked = (): number => athena.requests.length

  it('iot-log query lists the queries, and prints the parameters of each', async () => {
    const { stdout } = await run('query', 'list')
    assert.match(stdout, /^list-connections +when a device connected and disconnected, and why$/m)
    const [answered, others] = stdout.split('\n\nNot available in dev, which has no category with a table for them:\n')
    assert.equal(answered!.split('\n').length, 10)
    assert.match(others!, /^list-call-failures +the calls of Pexip that failed, .* \(format pexip\)$/m)
    const help = await run('query', 'rank-devices', '--help')
    assert.match(help.stdout, /devices {2}how many of them \(whole number from 1 to 100000\)/)
    assert.match(help.stdout, /iot-log query rank-devices window=2023-10-01T09\.\.2023-10-01T12 devices=20/)
    const overview = await run('help', 'query')
    assert.match(overview.stdout, /^ {2}count-errors +what went wrong/m)
  })

  it('prints the statement and its values', async () => {
    const before = asked()
    const { code, stdout } = await run(...connections, '--dry-run')
    assert.equal(code, 0)
    assert.match(stdout, /^-- 1 {2}window\.firstDay {2}'2023\/10\/01'$/m)
    assert.match(stdout, /^-- 7 {2}device {2}'T1'$/m)
    assert.match(stdout, /FROM "iot_logs"\."lifecycle_events"/)
    assert.equal(asked(), before)
  })

  it('iot-log query reports all mistakes at once', async () => {
    const before = asked()
    const { code, stderr } = await run(
      'query',
      'rank-devices',
      'windw=today',
      'devices=some',
      '--format',
      'xml',
      '--fast'
    )
    assert.equal(code, 2)
    assert.match(stderr, /5 mistakes/)
    assert.match(stderr, /--fast is not a flag/)
    assert.match(stderr, /--format xml: must be one of table, csv, json/)
    assert.match(stderr, /rank-devices has no parameter "windw": did you mean window\?/)
    assert.match(stderr, /window is missing: .* such as window=2023-10-01T09\.\.2023-10-01T12/)
    assert.match(stderr, /devices: "some" is not a whole number from 1 to 100000/)
    assert.equal(asked(), before)
  })

  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [['query'], /the name of a query is missing: iot-log query list prints them/],
    [['query', 'find-silent-devies'], /"find-silent-devies" is not a saved query: did you mean find-silent-devices\?/],
    [['query', 'list', 'all'], /"all" is an extra word/],
    [[...connections, '--environment', 'de'], /"de" is not an environment: did you mean dev\?/]
  ]
  for (const [words, text] of mistakes) {
    it(`refuses: ${words.join(' ')}`, async () => {
      const { code, stderr } = await runCli(words)
      assert.match(stderr, text)
      assert.equal(code, 2)
    })
  }

  it('says what the configuration lacks', async () => {
    using place = temporaryDirectory()
    const document = referenceDocument()
    delete document.environments.dev.athena
    writeFileSync(join(place.path, 'iot-log.config.json'), JSON.stringify(document))
    const { code, stderr } = await runCli(connections, { cwd: place.path })
    assert.equal(code, 2)
    assert.match(stderr, /Athena is not configured for dev: set environments\.dev\.athena/)
  })
})
