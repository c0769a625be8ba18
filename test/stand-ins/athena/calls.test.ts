import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BatchGetQueryExecutionCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetWorkGroupCommand,
  InvalidRequestException,
  paginateGetQueryResults,
  type StartQueryExecutionCommandInput,
  StopQueryExecutionCommand
} from '@aws-sdk/client-athena'
import { clientOf, failureOf, startPlace } from './clients.ts'

const token = 'x'.repeat(32)
const refused: readonly (readonly [string, Partial<StartQueryExecutionCommandInput>, RegExp])[] = [
  ['an unknown workgroup', { WorkGroup: 'other' }, /WorkGroup other is not found/],
  ['a closed workgroup', { WorkGroup: 'closed' }, /WorkGroup closed is disabled/],
  ['no output location', { WorkGroup: 'bare' }, /No output location provided/],
  ['a token of 31', { ClientRequestToken: 'x'.repeat(31) }, /'clientRequestToken'.*greater than or equal to 32/],
  ['a token of 129', { ClientRequestToken: 'x'.repeat(129) }, /'clientRequestToken'.*less than or equal to 128/],
  ['an empty query', { QueryString: '' }, /'queryString'/],
  ['a query of 262,145', { QueryString: `SELECT ${'1'.repeat(262_138)}` }, /less than or equal to 262144/],
  ['no parameters in their list', { ExecutionParameters: [] }, /'executionParameters'.*greater than or equal to 1/],
  ['an empty parameter', { ExecutionParameters: [''] }, /'executionParameters.member'/],
  ['a parameter of 1,025', { ExecutionParameters: [`'${'x'.repeat(1023)}'`] }, /less than or equal to 1024/],
  ['a parameter without quotes', { ExecutionParameters: ['device'] }, /parameter 1 is not an SQL literal/],
  ['a parameter that goes on', { ExecutionParameters: ["'a' OR 'b' = 'b'"] }, /is not an SQL literal/],
  ['two statements', { QueryString: 'SELECT 1; SELECT 2' }, /Only one sql statement is allowed/],
  ['an open quote', { QueryString: "SELECT 'a" }, /quote is not closed/],
  ['another kind of statement', { QueryString: 'GRANT ALL' }, /Queries of this type are not supported/],
  ['another catalog', { QueryExecutionContext: { Catalog: 'lake' } }, /Catalog lake is not found/]
]

for (const [name, input, expected] of refused) {
  test(`a query with ${name} is refused`, async () => {
    await using place = await startPlace()
    const failure = await failureOf(place.start('SELECT 1', input))
    assert.match(failure, /^400 InvalidRequestException: /)
    assert.match(failure, expected)
    assert.equal(place.athena.queries().length, 0)
  })
}

test('an error has the code of Athena', async () => {
  await using place = await startPlace()
  await assert.rejects(place.start('SELECT 1; SELECT 2'), (error) => {
    assert.ok(error instanceof InvalidRequestException)
    assert.equal(error.AthenaErrorCode, 'MALFORMED_QUERY')
    return true
  })
})

test('what is unsigned, has an unknown member or a wrong type is refused', async () => {
  await using place = await startPlace()
  const unsigned = await fetch(place.athena.url, { method: 'POST', body: '{}' })
  const answer = (await unsigned.json()) as { readonly __type: string }
  assert.deepEqual([unsigned.status, answer.__type], [403, 'MissingAuthenticationTokenException'])
  using client = clientOf(place.athena)
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { body: unknown; readonly headers: Record<string, string> }
      request.body = '{"QueryExecutionId":"a","Extra":1}'
      request.headers['content-length'] = '34'
      return next(args)
    },
    { step: 'build' }
  )
  const asked = client.send(new GetQueryExecutionCommand({ QueryExecutionId: 'a' }))
  assert.match(await failureOf(asked), /^400 SerializationException: Unknown member Extra/)
  const wrong = place.client.send(new GetQueryExecutionCommand({ QueryExecutionId: 5 as never }))
  assert.match(await failureOf(wrong), /^400 SerializationException: QueryExecutionId is not a string/)
})

test('a token finds its query again, and no other', async () => {
  await using place = await startPlace()
  const first = await place.start('SELECT 1', { ClientRequestToken: token })
  assert.equal(await place.start('SELECT 1', { ClientRequestToken: token }), first)
  assert.match(
    await failureOf(place.start('SELECT 2', { ClientRequestToken: token })),
    /^400 InvalidRequestException: Idempotent parameters do not match/
  )
  await place.athena.until(() => place.athena.query(first)!.state === 'SUCCEEDED')
  assert.equal(await place.start('SELECT 1', { ClientRequestToken: token }), first)
  assert.equal(place.athena.queries().length, 1)
})

test('the workgroup decides where results lie if it enforces that', async () => {
  await using place = await startPlace()
  const ResultConfiguration = { OutputLocation: 's3://results/mine' }
  for (const [WorkGroup, expected] of [
    ['export', 's3://results/export/'],
    ['analysts', 's3://results/mine/']
  ] as const) {
    const query = await place.run('SELECT 1 AS one', { WorkGroup, ResultConfiguration })
    assert.equal(query.ResultConfiguration!.OutputLocation, `${expected}${query.QueryExecutionId}.csv`)
    const key = `${expected}${query.QueryExecutionId}.csv`.replace('s3://results/', '')
    assert.equal(place.s3.get('results', key)!.toString(), '"one"\n"1"\n')
  }
  const { WorkGroup } = await place.client.send(new GetWorkGroupCommand({ WorkGroup: 'export' }))
  const { EnforceWorkGroupConfiguration, BytesScannedCutoffPerQuery } = WorkGroup!.Configuration!
  assert.deepEqual([EnforceWorkGroupConfiguration, BytesScannedCutoffPerQuery], [true, 10_000_000])
})

test('results come in pages of 1,000, the header first', async () => {
  await using place = await startPlace()
  const { QueryExecutionId } = await place.run('SELECT n, NULL AS nothing FROM unnest(sequence(1, 2500)) AS t(n)')
  const pages: (string | undefined)[][] = []
  for await (const page of paginateGetQueryResults({ client: place.client }, { QueryExecutionId })) {
    pages.push(page.ResultSet!.Rows!.map(({ Data }) => Data![0]!.VarCharValue))
    assert.equal(page.ResultSet!.Rows!.at(-1)!.Data![1]!.VarCharValue, undefined)
  }
  assert.deepEqual(
    pages.map((page) => [page.length, page[0]]),
    [
      [1000, 'n'],
      [1000, '1000'],
      [501, '2000']
    ]
  )
  const ask = (MaxResults: number, NextToken?: string): Promise<unknown> =>
    place.client.send(new GetQueryResultsCommand({ QueryExecutionId, MaxResults, NextToken }))
  assert.match(await failureOf(ask(1001)), /'maxResults'.*less than or equal to 1000/)
  assert.match(await failureOf(ask(1, 'other')), /Invalid NextToken/)
})

test('results of a query that has not succeeded are refused', async () => {
  await using place = await startPlace({ queryFaults: [{ times: 1, fault: { kind: 'hold', state: 'RUNNING' } }] })
  const { client, athena } = place
  const id = await place.start('SELECT 1')
  const results = () => failureOf(client.send(new GetQueryResultsCommand({ QueryExecutionId: id })))
  await athena.until(() => athena.query(id)!.state === 'RUNNING')
  assert.match(await results(), /Query has not yet finished. Current state: RUNNING/)
  await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
  assert.match(await results(), /Final query state: CANCELLED/)
  const { Status } = await place.describe(id)
  assert.deepEqual([Status!.State, Status!.StateChangeReason], ['CANCELLED', 'Query cancelled by user'])
  await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
})

test('an unknown id is rejected, and listed as unprocessed in a batch', async () => {
  await using place = await startPlace()
  const { client } = place
  for (const command of [GetQueryExecutionCommand, GetQueryResultsCommand, StopQueryExecutionCommand]) {
    const call = client.send(new command({ QueryExecutionId: 'none' }) as GetQueryExecutionCommand)
    assert.match(await failureOf(call), /^400 InvalidRequestException: QueryExecution none was not found/)
  }
  const { QueryExecutionId } = await place.run('SELECT 1')
  const ids = { QueryExecutionIds: [QueryExecutionId!, 'none'] }
  const found = await client.send(new BatchGetQueryExecutionCommand(ids))
  assert.deepEqual(
    [
      found.QueryExecutions!.map(({ Status }) => Status!.State),
      found.UnprocessedQueryExecutionIds![0]!.QueryExecutionId
    ],
    [['SUCCEEDED'], 'none']
  )
})

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const wrong: readonly (readonly [string, Parameters<typeof clientOf>[1], RegExp])[] = [
  ['another secret', { credentials: { ...credentials, secretAccessKey: 'x' } }, /^403 InvalidSignatureException/],
  ['another key', { credentials: { ...credentials, accessKeyId: 'AKIAX' } }, /^403 UnrecognizedClientException/],
  ['another region', { region: 'us-east-1' }, /^403 InvalidSignatureException: .*region/]
]

for (const [name, config, expected] of wrong) {
  test(`a request signed with ${name} is refused`, async () => {
    await using place = await startPlace()
    using client = clientOf(place.athena, config)
    assert.match(await failureOf(client.send(new GetQueryExecutionCommand({ QueryExecutionId: 'a' }))), expected)
  })
}

test('the client finds the server by the environment', async () => {
  await using place = await startPlace()
  const before = { ...process.env }
  Object.assign(process.env, place.athena.environment())
  const { AthenaClient } = await import('@aws-sdk/client-athena')
  const client = new AthenaClient({})
  try {
    const { WorkGroup } = await client.send(new GetWorkGroupCommand({ WorkGroup: 'analysts' }))
    assert.equal(WorkGroup!.Name, 'analysts')
  } finally {
    client.destroy()
    process.env = before
  }
})
