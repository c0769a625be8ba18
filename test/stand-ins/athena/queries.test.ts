import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { GetQueryExecutionCommand, StopQueryExecutionCommand } from '@aws-sdk/client-athena'
import { type AthenaPlace, clientOf, failureOf, placeWith } from './clients.ts'

const objects = Object.fromEntries(
  Array.from({ length: 12 }, (_, at) => [
    `2023/10/01/${String(at).padStart(2, '0')}/o`,
    Array.from({ length: 3 }, (_, line) => `${at}:${line} \\N "\x01`).join('\n')
  ])
)
const select = 'SELECT "$path", rest, line FROM telemetry WHERE day = ?'
const unload = (target: string): string =>
  `UNLOAD (${select}) TO '${target}' WITH (format = 'TEXTFILE', compression = 'gzip')`
const ExecutionParameters = ["'2023/10/01'"]

/** The texts of a query's result objects, by the manifest, which must be there. */
function resultsOf({ s3 }: AthenaPlace, manifest: string): (string | undefined)[] {
  const get = (uri: string): Buffer | undefined => s3.get('results', uri.replace('s3://results/', ''))
  return get(manifest)!
    .toString()
    .trimEnd()
    .split('\n')
    .map((uri) => {
      const bytes = get(uri)
      return bytes && gunzipSync(bytes).toString()
    })
}

test('UNLOAD spreads its rows over objects and lists them', async () => {
  await using place = await placeWith(objects)
  const query = await place.run(unload('s3://results/unload/1/'), { ExecutionParameters })
  assert.equal(query.Status!.State, 'SUCCEEDED', query.Status!.StateChangeReason)
  const id = query.QueryExecutionId!
  const { DataManifestLocation, DataScannedInBytes } = query.Statistics!
  assert.deepEqual(
    [query.ResultConfiguration!.OutputLocation, DataManifestLocation, query.StatementType],
    [`s3://results/export/${id}`, `s3://results/export/${id}-manifest.csv`, 'DML']
  )
  assert.equal(DataScannedInBytes, Object.values(objects).join('').length)
  assert.ok(place.s3.get('results', `export/${id}.metadata`))
  const texts = resultsOf(place, DataManifestLocation!)
  assert.equal(texts.length, 3)
  const rows = texts.flatMap((text) => text!.split('\n').slice(0, -1))
  const expected = Object.entries(objects).flatMap(([key, text]) =>
    text.split('\n').map((line) => `s3://logs/telemetry/${key}\x01\\N\x01${line}`)
  )
  assert.notDeepEqual(rows, expected)
  assert.deepEqual(rows.toSorted(), expected.toSorted())
  const ofOne = texts.map((text) => text!.split('\n').filter((row) => row.includes('/05/o')))
  assert.deepEqual(
    ofOne.filter((found) => found.length > 0),
    [expected.slice(15, 18)]
  )
})

test('lines of an object keep their order', async () => {
  const numbers = Array.from({ length: 20_000 }, (_, at) => String(at))
  await using place = await placeWith({
    '2023/10/01/00/a': numbers.join('\n'),
    '2023/10/01/00/b': 'x',
    '2023/10/01/01/c': numbers.join('\n')
  })
  const sql = `SELECT "$path", line FROM telemetry WHERE day = '2023/10/01' AND strpos(line, '7') > 0`
  const query = await place.run(`UNLOAD (${sql}) TO 's3://results/unload/1/' WITH (format = 'TEXTFILE')`)
  const texts = resultsOf(place, query.Statistics!.DataManifestLocation!)
  const rows = texts.flatMap((text) => text!.split('\n'))
  for (const path of ['00/a', '01/c']) {
    const found = rows.filter((row) => row.includes(path)).map((row) => row.split('\x01')[1])
    assert.deepEqual(
      found,
      numbers.filter((number) => number.includes('7'))
    )
  }
})

test('UNLOAD writes over nothing, and nothing is unloaded from nothing', async () => {
  await using place = await placeWith(objects)
  place.s3.put('results', 'unload/1/left', 'over')
  const refused = await place.run(unload('s3://results/unload/1'), { ExecutionParameters })
  assert.match(refused.Status!.StateChangeReason!, /^HIVE_PATH_ALREADY_EXISTS: .*s3:\/\/results\/unload\/1/)
  const beside = await place.run(unload('s3://results/unload/10'), { ExecutionParameters: ["'2023/10/02'"] })
  const manifest = beside.Statistics!.DataManifestLocation!.replace('s3://results/', '')
  assert.equal(place.s3.get('results', manifest)!.length, 0)
  const lost = await place.run(unload('s3://nowhere/unload/'), { ExecutionParameters })
  assert.match(lost.Status!.StateChangeReason!, /The S3 bucket nowhere does not exist/)
})

test('the same seed gives the same order, and rows may be scattered', async () => {
  const order = async (seed: number, scattersRows = false): Promise<(string | undefined)[]> => {
    await using place = await placeWith(objects, { seed, scattersRows })
    const query = await place.run(unload('s3://results/unload/1/'), { ExecutionParameters })
    return resultsOf(place, query.Statistics!.DataManifestLocation!)
  }
  const first = await order(1)
  assert.deepEqual(await order(1), first)
  assert.notDeepEqual(await order(2), first)
  assert.deepEqual((await order(1, true)).join('').split('\n').toSorted(), first.join('').split('\n').toSorted())
})

test('a query stays where it is held, and may go back to the queue', async () => {
  await using place = await placeWith(objects)
  const { athena } = place
  athena.queryFaults.add({ fault: { kind: 'hold', state: 'QUEUED' } }, { fault: { kind: 'hold', state: 'RUNNING' } })
  const id = await place.start(select, { ExecutionParameters })
  const query = athena.query(id)!
  const state = async (): Promise<string> => (await place.describe(id)).Status!.State!
  assert.equal(await state(), 'QUEUED')
  athena.release(id)
  await athena.until(() => query.state === 'RUNNING')
  query.scannedBytes = 5
  assert.equal((await place.describe(id)).Statistics!.DataScannedInBytes, 5)
  athena.requeue(id)
  assert.equal(await state(), 'QUEUED')
  athena.release(id)
  await athena.until(() => query.state === 'SUCCEEDED')
  assert.deepEqual((await place.rows(id)).length, 37)
})

test('a query is stopped while it waits or runs', async () => {
  await using place = await placeWith(objects)
  const { athena, client } = place
  for (const held of ['QUEUED', 'RUNNING'] as const) {
    athena.queryFaults.add({ times: 1, fault: { kind: 'hold', state: held } })
    const id = await place.start(unload(`s3://results/${held}/`), { ExecutionParameters })
    await athena.until(() => athena.query(id)!.state === held)
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
    const { State, CompletionDateTime } = (await place.describe(id)).Status!
    assert.deepEqual([State, CompletionDateTime instanceof Date], ['CANCELLED', true])
  }
  const heavy = await place.start(
    'SELECT count(*) FROM unnest(sequence(1, 100000)) a(x), unnest(sequence(1, 100000)) b(y) WHERE x * y = 7'
  )
  await athena.until(() => athena.query(heavy)!.state === 'RUNNING')
  athena.cancel(heavy, 'by an operator')
  assert.equal((await place.describe(heavy)).Status!.StateChangeReason, 'by an operator')
  assert.deepEqual(place.s3.keys('results'), [])
})

test('query faults meet the queries that they name', async () => {
  await using place = await placeWith(objects)
  const { athena } = place
  const uri = 's3://logs/telemetry/2023/10/01/07/o'
  athena.queryFaults.add(
    {
      sql: /failing/,
      fault: { kind: 'fail', message: 'Query exhausted resources', category: 1, type: 0, retryable: true }
    },
    { sql: /halfway/, times: 1, fault: { kind: 'fail', message: 'GENERIC_INTERNAL_ERROR', afterHalf: true } },
    { sql: /stopped/, fault: { kind: 'cancel' } },
    { sql: /bad-object/, fault: { kind: 'bad-object', uri } },
    { sql: /no-results/, fault: { kind: 'lose-results' } },
    { sql: /no-manifest/, fault: { kind: 'lose-manifest' } }
  )
  const run = (name: string) => place.run(unload(`s3://results/${name}/`), { ExecutionParameters })
  const failing = (await run('failing')).Status!
  assert.deepEqual(
    [failing.State, failing.AthenaError],
    ['FAILED', { ErrorCategory: 1, ErrorType: 0, Retryable: true, ErrorMessage: 'Query exhausted resources' }]
  )
  const halfway = await run('halfway')
  assert.deepEqual(
    [halfway.Status!.AthenaError!.Retryable, halfway.Statistics!.DataManifestLocation],
    [false, undefined]
  )
  assert.equal(place.s3.keys('results').filter((key) => key.startsWith('halfway/')).length, 2)
  const stopped = (await run('stopped')).Status!
  assert.deepEqual([stopped.State, stopped.StateChangeReason], ['CANCELLED', 'Query cancelled by user'])
  const bad = await run('bad-object')
  assert.equal(bad.Status!.StateChangeReason, `HIVE_CURSOR_ERROR: Failed to read file at ${uri}`)
  const lost = resultsOf(place, (await run('no-results')).Statistics!.DataManifestLocation!)
  assert.deepEqual(lost.map((text) => text === undefined).toSorted(), [false, false, true])
  const manifest = (await run('no-manifest')).Statistics!.DataManifestLocation!
  assert.equal(place.s3.get('results', manifest.replace('s3://results/', '')), undefined)
  assert.equal((await run('halfway-again')).Status!.State, 'SUCCEEDED')
})

test('a query that reads more than its workgroup allows is cancelled', async () => {
  await using place = await placeWith({
    '2023/10/01/00/a': Buffer.alloc(6_000_000, 'x'),
    '2023/10/01/01/b': Buffer.alloc(6_000_000, 'x')
  })
  const { Status, Statistics } = await place.run('SELECT count(*) FROM telemetry')
  assert.deepEqual([Status!.State, Status!.StateChangeReason], ['CANCELLED', 'Bytes scanned limit was exceeded'])
  assert.equal(Statistics!.DataScannedInBytes, 12_000_000)
  assert.equal((await place.run("SELECT count(*) FROM telemetry WHERE hour = '00'")).Status!.State, 'SUCCEEDED')
  assert.equal(
    (await place.run('SELECT count(*) FROM telemetry', { WorkGroup: 'analysts' })).Status!.State,
    'SUCCEEDED'
  )
})

test('call faults meet the calls that they name, and credentials expire', async () => {
  await using place = await placeWith({})
  const { athena } = place
  athena.faults.add(
    { operation: 'StartQueryExecution', times: 1, action: { kind: 'error', type: 'TooManyRequestsException' } },
    {
      operation: 'StartQueryExecution',
      after: 1,
      times: 1,
      action: { kind: 'error', type: 'ThrottlingException', message: 'Rate exceeded' }
    },
    {
      operation: 'StartQueryExecution',
      after: 2,
      times: 1,
      action: { kind: 'error', type: 'AccessDeniedException', message: 'not authorized' }
    },
    { operation: 'StartQueryExecution', after: 3, times: 1, action: { kind: 'lost-answer' } }
  )
  const start = () => place.start('SELECT 1', { ClientRequestToken: 'x'.repeat(40) })
  assert.match(await failureOf(start()), /^400 TooManyRequestsException/)
  assert.match(await failureOf(start()), /^400 ThrottlingException: Rate exceeded/)
  assert.match(await failureOf(start()), /^400 AccessDeniedException: not authorized/)
  assert.match(await failureOf(start()), /ECONNRESET|socket hang up/)
  const [lost] = athena.queries()
  assert.equal(await start(), lost!.id)
  athena.setExpired(true)
  assert.match(await failureOf(place.describe(lost!.id)), /^400 ExpiredTokenException: .*expired/)
  athena.setExpired(false)
  await athena.setOffline(true)
  assert.match(await failureOf(place.describe(lost!.id)), /ECONNREFUSED|socket hang up/)
  await athena.setOffline(false)
  athena.faults.add({ operation: 'GetQueryExecution', times: 1, action: { kind: 'hang' } })
  using patient = clientOf(athena, { requestHandler: { requestTimeout: 100, throwOnRequestTimeout: true } })
  const silent = patient.send(new GetQueryExecutionCommand({ QueryExecutionId: lost!.id }))
  assert.match(await failureOf(silent), /TimeoutError/)
})
