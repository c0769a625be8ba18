import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { IotLogError } from '../../worker/contract/errors.ts'
import { logsBucket, serveAthena } from '../support/athena-place.ts'
import { exportByAthena } from '../support/export-by-athena.ts'

/*
 * Everything that can go wrong in Athena: what the export reports, that a result is right or missing, and that no query
 * runs on and no object is left.
 */

const place = await serveAthena()
const id = 'THING00001'
const words = [id, 'telemetry', '2023/10/01', 'engine=athena']
const entry = 'telemetry_20231001.log'
const keyOf = (at: number): string => `telemetry/2023/10/01/${String(at % 24).padStart(2, '0')}/object-${at}.gz`
const objects = 30

beforeEach(() => {
  place.clear()
  place.athena.setExpired(false)
  for (let at = 0; at < objects; at++) place.put(keyOf(at), gzipSync(`${id} number ${at}\nother\n`))
})

/** Every line of the day, in key order. */
const everyLine = (): string =>
  Array.from({ length: objects }, (_, at) => ({ key: keyOf(at), line: `${id} number ${at}\n` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ line }) => line)
    .join('')

function assertNothingStays(): void {
  assert.deepEqual(place.leftovers(), [])
  const open = place.athena.queries().filter(({ state }) => state === 'QUEUED' || state === 'RUNNING')
  assert.deepEqual(open, [])
}

const failsWith = (code: string, text: RegExp) => (error: IotLogError) => {
  assert.equal(error.code, code)
  assert.match(error.message, text)
  assert.doesNotMatch(error.userText ?? '', /arn:|s3:\/\//)
  return true
}

describe('a query that fails', () => {
  it('a failed query is retried when Athena says that it is retryable', async () => {
    const from = place.athena.queries().length
    const fault = {
      kind: 'fail',
      message: 'Internal error',
      category: 1,
      type: 1,
      retryable: true,
      afterHalf: true
    } as const
    place.athena.queryFaults.add({ sql: /UNLOAD/, times: 2, fault })
    const { files, objects: counts } = await exportByAthena(place, words)
    assert.equal(files.get(entry)!.toString(), everyLine())
    assert.equal(counts.queried, objects)
    assert.equal(place.athena.queries().length - from, 3)
    assertNothingStays()
  })

  it('a failed query is retried at most twice', async () => {
    place.athena.queryFaults.add({ sql: /UNLOAD/, fault: { kind: 'fail', message: 'Internal error', retryable: true } })
    await assert.rejects(exportByAthena(place, words), failsWith('query-failed', /Internal error/))
    assertNothingStays()
  })

  it('a failed query ends the export at once when Athena does not call it retryable', async () => {
    const from = place.athena.queries().length
    place.athena.queryFaults.add({
      sql: /UNLOAD/,
      fault: { kind: 'fail', message: 'GENERIC_USER_ERROR: no', afterHalf: true }
    })
    await assert.rejects(exportByAthena(place, words), failsWith('query-failed', /has failed.*GENERIC_USER_ERROR/))
    assert.equal(place.athena.queries().length - from, 1)
    assertNothingStays()
  })

  it('an object that makes the query fail is read by the worker', async () => {
    const key = keyOf(7)
    const broken = gzipSync(`${id} number 7\n${'x'.repeat(100_000)}\n`).subarray(0, -30)
    place.put(key, broken)
    const uri = `s3://${logsBucket}/${key}`
    place.athena.queryFaults.add({ sql: /UNLOAD/, times: 1, fault: { kind: 'bad-object', uri } })
    const result = await exportByAthena(place, words)
    assert.equal(result.status, 'partial')
    assert.deepEqual(
      result.notRead.map(({ key, outcome, reason }) => ({ key, outcome, reason })),
      [{ key, outcome: 'unreadable', reason: 'truncated' }]
    )
    assert.equal(result.objects.queried, objects - 1)
    assert.equal(result.files.get(entry)!.toString(), everyLine())
    const { sql, parameters } = place.athena.queries().at(-1)!
    assert.match(sql, /"\$path" NOT IN \(\?\)/)
    assert.ok(parameters.includes(`'${uri}'`))
    assertNothingStays()
  })

  const meanings = [
    ['Table awsdatacatalog.iot_logs.telemetry does not exist', 'query-failed', /make it from queries\/tables/],
    ['Access Denied when reading s3', 'denied', /permission is missing/],
    ['Query exhausted resources at this scale factor', 'query-failed', /quota of Athena/]
  ] as const
  for (const [message, code, text] of meanings) {
    it(`a failed query says what to do: ${message}`, async () => {
      place.athena.queryFaults.add({ sql: /UNLOAD/, fault: { kind: 'fail', message } })
      await assert.rejects(exportByAthena(place, words), failsWith(code, text))
      assertNothingStays()
    })
  }
})

/** An export whose query is stopped while it runs. */
async function cancelledOutside(reason?: string): Promise<unknown> {
  const from = place.athena.queries().length
  place.athena.queryFaults.add({ sql: /UNLOAD/, fault: { kind: 'hold', state: 'RUNNING' } })
  const running = exportByAthena(place, words)
  running.catch(() => {})
  const isLookedAt = () => place.athena.requests.at(-1)?.operation === 'GetQueryExecution'
  const query = await place.athena.until(() => isLookedAt() && place.athena.queries()[from])
  place.athena.cancel(query.id, reason)
  return running
}

describe('a query that is cancelled', () => {
  it('a query that another person cancels is an error that says so', async () => {
    await assert.rejects(cancelledOutside(), failsWith('query-failed', /been cancelled/))
    assertNothingStays()
  })

  it('a query that the workgroup’s cutoff cancels names the limit to raise', async () => {
    const reason = 'Query cancelled! : Bytes scanned limit was exceeded'
    await assert.rejects(cancelledOutside(reason), failsWith('query-failed', /cutoff of bytes scanned.*raise it/))
    assertNothingStays()
  })

  it('a cancelled export stops its query in Athena, queued or running', async () => {
    for (const state of ['QUEUED', 'RUNNING'] as const) {
      const from = place.athena.queries().length
      place.athena.queryFaults.add({ sql: /UNLOAD/, times: 1, fault: { kind: 'hold', state } })
      const cancel = new AbortController()
      const running = exportByAthena(place, words, { signal: cancel.signal })
      running.catch(() => {})
      const query = await place.athena.until(
        () => place.athena.queries()[from]?.state === state && place.athena.queries()[from]
      )
      cancel.abort(new Error('cancelled by the test'))
      await assert.rejects(running, /cancelled by the test/)
      assert.equal(place.athena.query(query.id)!.state, 'CANCELLED')
      assertNothingStays()
    }
  })
})

describe('another attempt of a job', () => {
  it('a second attempt of a job resumes the running query, and starts none', async () => {
    const from = place.athena.queries().length
    const starts = () => place.athena.requests.filter(({ operation }) => operation === 'StartQueryExecution').length
    const before = starts()
    place.athena.queryFaults.add({ sql: /UNLOAD/, times: 1, fault: { kind: 'hold', state: 'RUNNING' } })
    const first = exportByAthena(place, words, { seed: 'job' })
    await place.athena.until(() => starts() === before + 1)
    const second = exportByAthena(place, words, { seed: 'job' })
    await place.athena.until(() => starts() === before + 2)
    assert.equal(place.athena.queries().length - from, 1)
    place.athena.release()
    // Whichever is the first takes the results away, so the other asks again; a killed one would not have.
    for (const { files } of await Promise.all([first, second])) assert.equal(files.get(entry)!.toString(), everyLine())
    assertNothingStays()
  })

  it('a second attempt of a job ignores queries that the first attempt cancelled', async () => {
    const cancel = new AbortController()
    place.athena.queryFaults.add({ sql: /UNLOAD/, times: 1, fault: { kind: 'hold', state: 'RUNNING' } })
    const from = place.athena.queries().length
    const first = exportByAthena(place, words, { seed: 'interrupted', signal: cancel.signal })
    first.catch(() => {})
    await place.athena.until(() => place.athena.queries()[from]?.state === 'RUNNING')
    cancel.abort(new Error('SIGTERM'))
    await assert.rejects(first, /SIGTERM/)
    const { files } = await exportByAthena(place, words, { seed: 'interrupted' })
    assert.equal(files.get(entry)!.toString(), everyLine())
    assertNothingStays()
  })
})

describe('Athena itself', () => {
  it('a query continues when Athena throttles', async () => {
    for (const operation of ['StartQueryExecution', 'GetQueryExecution']) {
      place.athena.faults.add({ operation, times: 3, action: { kind: 'error', type: 'TooManyRequestsException' } })
    }
    const { files } = await exportByAthena(place, words)
    assert.equal(files.get(entry)!.toString(), everyLine())
    assertNothingStays()
  })

  it('credentials that expire in the middle end the export, and the running query is named', async () => {
    const from = place.athena.queries().length
    place.athena.queryFaults.add({ sql: /UNLOAD/, times: 1, fault: { kind: 'hold', state: 'RUNNING' } })
    const left: string[] = []
    const running = exportByAthena(place, words, { listener: { onLeftBehind: (text) => left.push(text) } })
    running.catch(() => {})
    const query = await place.athena.until(
      () => place.athena.queries()[from]?.state === 'RUNNING' && place.athena.queries()[from]
    )
    place.athena.setExpired(true)
    await assert.rejects(running, failsWith('unavailable', /does not accept the credentials/))
    assert.match(left.join('\n'), new RegExp(`${query.id}.*may still run`))
    place.athena.setExpired(false)
    place.athena.cancel(query.id)
  })

  it('a query is retried when its results are lost, and then it is an error', async () => {
    for (const kind of ['lose-results', 'lose-manifest'] as const) {
      place.athena.queryFaults.clear()
      place.athena.queryFaults.add({ sql: /UNLOAD/, times: 1, fault: { kind } })
      const { files } = await exportByAthena(place, words)
      assert.equal(files.get(entry)!.toString(), everyLine())
      place.athena.queryFaults.add({ sql: /UNLOAD/, fault: { kind } })
      await assert.rejects(exportByAthena(place, words), failsWith('query-failed', /result of query .* is missing/))
      assertNothingStays()
    }
  })

  it('a table that reads another place than the configuration is an error that says so', async () => {
    await place.athena.execute('DROP TABLE iot_logs.telemetry')
    const { tableStatement } = await import('../../worker/athena/table-statement.ts')
    const { fillStatement } = await import('../../worker/athena/placeholders.ts')
    const statement = tableStatement(place.environment.categories.get('telemetry')!)
    const make = (location: string) =>
      place.athena.execute(fillStatement(statement, { database: 'iot_logs', location }))
    await make(`s3://${logsBucket}/elsewhere/`)
    await assert.rejects(exportByAthena(place, words), failsWith('query-failed', /read 0 bytes of .* another location/))
    await place.athena.execute('DROP TABLE iot_logs.telemetry')
    await make(`s3://${logsBucket}/`)
    assertNothingStays()
  })
})

describe('what Athena can not read', () => {
  it('a category that Athena can not read is rejected with engine=athena, and scanned by default', async () => {
    place.clear()
    for (let at = 0; at < objects; at++)
      place.put(`telemetry/2023/10/01/00/${at}.log`, gzipSync(`${id} number ${at}\n`))
    await assert.rejects(exportByAthena(place, words), /telemetry are gzip but named otherwise.*engine=auto/)
    const result = await exportByAthena(place, [id, 'telemetry', '2023/10/01'])
    assert.equal(result.engine, 'scan')
    assert.equal(result.objects.read, objects)
    assert.deepEqual(place.leftovers(), [])
  })
})

describe('what only the query shows', () => {
  const codecs = 201

  beforeEach(() => {
    for (let at = 0; at < codecs; at++) place.put(`telemetry/2023/10/01/23/${at}.bz2`, gzipSync(`${id} codec ${at}\n`))
  })

  it('the worker reads a category that the query can not read, and says so', async () => {
    const limits = { ...place.config.limits, maxObjects: 100 }
    const few = { ...place, config: { ...place.config, limits } }
    const result = await exportByAthena(few, [id, 'telemetry', '2023/10/01'])
    assert.equal(result.engine, 'scan')
    assert.match(
      result.reason,
      /are more than 100 objects; telemetry by scan after all: objects of telemetry are named/
    )
    assert.equal(result.manifest.differences, undefined)
    assert.deepEqual([result.status, result.objects.read, result.objects.queried], ['complete', objects + codecs, 0])
    assertNothingStays()
  })

  it('an export with engine=athena ends when the query can not read its category', async () => {
    await assert.rejects(exportByAthena(place, words), failsWith('query-failed', /can't read telemetry.*engine=auto/))
    assertNothingStays()
  })
})

describe('a result', () => {
  it('results of an object that came after the listing are left out', async () => {
    const late = 'telemetry/2023/10/01/05/late.gz'
    const listener = { onPlanned: () => place.put(late, gzipSync(`${id} late\n`)) }
    const { files, objects: counts } = await exportByAthena(place, words, { listener })
    assert.ok(
      place.athena
        .queries()
        .at(-1)!
        .objects.some((uri) => uri.endsWith(late))
    )
    assert.equal(files.get(entry)!.toString(), everyLine())
    assert.equal(counts.listed, objects)
  })

  it('results that can not be deleted are reported', async () => {
    const left: string[] = []
    const fault = { operation: 'DeleteObject', action: { kind: 'error', code: 'AccessDenied' } } as const
    place.s3.faults.add(fault)
    const { files } = await exportByAthena(place, words, { listener: { onLeftBehind: (text) => left.push(text) } })
    place.s3.faults.remove(fault)
    assert.equal(files.get(entry)!.toString(), everyLine())
    assert.match(left.join('\n'), /Results of Athena may be left under s3:\/\/dev-iot-logs\/.*s3:DeleteObject/)
    assert.notDeepEqual(place.leftovers(), [])
  })
})

describe('a cancel while a query is being started', () => {
  it('a cancel during the start of a query waits for its id and stops it', async () => {
    const from = place.athena.queries().length
    const cancel = new AbortController()
    const starting = { operation: 'StartQueryExecution', times: 1, action: { kind: 'latency', ms: 500 } } as const
    place.athena.faults.add(starting)
    place.athena.queryFaults.add({ sql: /UNLOAD/, times: 1, fault: { kind: 'hold', state: 'RUNNING' } })
    const before = place.athena.requests.length
    const running = exportByAthena(place, words, { signal: cancel.signal })
    running.catch(() => {})
    await place.athena.until(() => place.athena.requests.length > before)
    cancel.abort(new Error('cancelled by the test'))
    await assert.rejects(running, /cancelled by the test/)
    assert.deepEqual(
      place.athena
        .queries()
        .slice(from)
        .map(({ state }) => state),
      ['CANCELLED']
    )
    assertNothingStays()
  })
})
