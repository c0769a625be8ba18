import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createRandom } from '../../bench/corpus/random.ts'
import { queueEvent } from '../stand-ins/sqs/event-source.ts'
import { startFunction } from '../stand-ins/sqs/function-process.ts'
import { type FinishedCommand, runCli, startCli } from '../support/run-cli.ts'
import {
  bucket,
  type ForwardTown,
  jsonLines,
  putTelemetry,
  queue,
  startForwardTown
} from '../worker/forward/forward-town.ts'

const day = ['forward', 'telemetry', '2023/10/01', '--to', 'search']

function run(harness: ForwardTown, args: readonly string[]): Promise<FinishedCommand> {
  return runCli([...args, '--config', harness.configPath], optionsOf(harness))
}

const optionsOf = (harness: ForwardTown) => ({
  cwd: harness.directory.path,
  env: { ...process.env, ...harness.environment() }
})

function putDay(harness: ForwardTown, objects: number, records: number): number {
  for (let at = 0; at < objects; at++) {
    const hour = String(at % 24).padStart(2, '0')
    harness.s3.put(bucket, `telemetry/2023/10/01/${hour}/${at}.gz`, gzipSync(jsonLines(records, at * records)))
  }
  return objects * records
}

describe('iot-log forward', () => {
  it('iot-log forward rejects a window in minutes and names the whole hours', async () => {
    await using harness = await startForwardTown()
    const words = ['telemetry', '2023/10/01T09:15..2023/10/01T10:30', '--to', 'search']
    const { code, stderr } = await run(harness, ['forward', ...words])
    assert.equal(code, 2)
    assert.match(stderr, /in minutes, but forward sends whole objects: write 2023-10-01T09\.\.2023-10-01T11/)
    assert.match((await run(harness, ['forward', 'telemetry', 'since=2h', '--to', 'search'])).stderr, /whole objects/)
  })

  it('iot-log forward sends existing objects with the same ids as the function', async () => {
    await using harness = await startForwardTown()
    putTelemetry(harness, 'new.gz', jsonLines(500))
    {
      const module = new URL('../../worker/forward/lambda.ts', import.meta.url)
      await using running = await startFunction({ module, environment: harness.environment() })
      await running.invoke(queueEvent(harness.sqs.receive(queue, 1, 0)), 60_000)
    }
    assert.equal(harness.search.ids().length, 500)
    harness.s3.put(bucket, 'telemetry/2023/10/01/04/old.gz', gzipSync(jsonLines(50, 500)))
    harness.s3.put(bucket, 'telemetry/2023/10/02/00/tomorrow.gz', gzipSync(jsonLines(50, 1000)))
    const { code, stdout, stderr } = await run(harness, day)
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.equal(stdout, '2 objects, 550 records: all sent to search\n')
    assert.equal(harness.search.ids().length, 550)
    assert.equal(harness.search.doubles, 500)
    assert.deepEqual(
      readdirSync(harness.directory.path).filter((name) => name !== 'iot-log.config.json'),
      []
    )
  })

  it('iot-log forward resumes after each kill, and every record arrives once', async () => {
    await using harness = await startForwardTown({ sink: { batchRecords: 50 } })
    const total = putDay(harness, 40, 200)
    harness.search.faults.add({ operation: 'bulk', action: { kind: 'latency', ms: 15 } })
    const random = createRandom(3)
    let kills = 0
    for (let code: number | null = null; code !== 0; ) {
      const { child, finished } = startCli([...day, '--config', harness.configPath], optionsOf(harness))
      const most = harness.search.bulks + 40 + random.below(20)
      harness.search.onBulk = () => {
        if (kills >= 2 || harness.search.bulks < most || child.signalCode !== null) return
        kills++
        child.kill(kills === 2 ? 'SIGTERM' : 'SIGKILL')
        harness.search.onBulk = () => {}
      }
      const result = await finished
      code = result.code
      if (code === 143) assert.match(result.stderr, /Terminated: run the same command again to resume/)
    }
    assert.equal(kills, 2)
    assert.equal(harness.search.ids().length, total)
    assert.ok(harness.search.bulks < (2.5 * total) / 50, 'no run started over')
  })

  it('iot-log forward reports that a sink stopped it, and resumes later', async () => {
    await using harness = await startForwardTown({ sink: { batchRecords: 50, requests: 1, patienceSeconds: 1 } })
    const total = putDay(harness, 10, 100)
    harness.search.onBulk = () => {
      if (harness.search.bulks === 8) void harness.search.setOffline(true)
    }
    const stopped = await run(harness, day)
    assert.equal(stopped.code, 1)
    assert.match(stopped.stderr, /The sink search accepts no records/)
    const [checkpoint] = readdirSync(harness.directory.path).filter((name) =>
      name.startsWith('iot-log-forward_search_telemetry_')
    )
    assert.equal(JSON.parse(readFileSync(join(harness.directory.path, checkpoint!), 'utf8')).totals.sent, 350)
    await harness.search.setOffline(false)
    const { code, stdout } = await run(harness, day)
    assert.equal(code, 0)
    assert.equal(stdout, '10 objects, 1,000 records: all sent to search\n')
    assert.equal(harness.search.ids().length, total)
    assert.ok(!existsSync(join(harness.directory.path, checkpoint!)))
  })

  it('iot-log forward reports rejected records and unreadable objects, and replay sends the rejected again', async () => {
    await using harness = await startForwardTown()
    putDay(harness, 4, 100)
    const whole = gzipSync(jsonLines(2000, 400))
    harness.s3.put(bucket, 'telemetry/2023/10/01/05/cut.gz', whole.subarray(0, whole.length - 300))
    harness.search.itemFault = ({ n }) =>
      Number(n) % 100 === 7 ? { status: 400, type: 'mapper_parsing_exception' } : undefined
    const { code, stdout } = await run(harness, day)
    assert.equal(code, 3)
    assert.match(
      stdout,
      /rejected, stored under s3:\/\/dev-iot-logs\/forward\/rejected\/search.*: iot-log replay --to search/
    )
    assert.match(stdout, /! telemetry\/2023\/10\/01\/05\/cut\.gz: unreadable: truncated at byte \d+/)
    const missing = [7, 107, 207, 307]
    const has = (n: number): boolean =>
      [...harness.search.indexes.values()].some((one) => [...one.values()].some((each) => each.n === n))
    assert.ok(missing.every((n) => !has(n)))
    const again = await run(harness, ['replay', '--to', 'search'])
    assert.equal(again.code, 3, 'nothing was fixed')
    harness.search.itemFault = undefined
    const replayed = await run(harness, ['replay', '--to', 'search', '--json'])
    assert.equal(replayed.code, 0, replayed.stderr)
    assert.ok((JSON.parse(replayed.stdout) as { sent: number }).sent >= 4)
    assert.ok(missing.every(has))
    assert.equal((await run(harness, ['replay', '--to', 'search'])).code, 4)
  })

  it('iot-log forward sets up a sink', async () => {
    await using harness = await startForwardTown({
      categories: { edge: { layout: 'AWSLogs/{yyyy}/{MM}/{dd}/', format: 'alb' } }
    })
    const { code, stdout, stderr } = await run(harness, ['forward', '--setup', '--to', 'search'])
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.match(stdout, /Index pattern iot-edge-\*, time field @timestamp/)
    assert.ok(harness.search.templates.has('iot-log-search-edge'))
  })

  it('iot-log forward reports all mistakes at once', async () => {
    await using harness = await startForwardTown()
    const { code, stderr } = await run(harness, ['forward', 'telemetri', '2023/13/01', '--to', 'serch'])
    assert.equal(code, 2)
    assert.match(stderr, /"telemetri" is not a category/)
    assert.match(stderr, /there is no month 13/)
    assert.doesNotMatch(stderr, /any identifier/)
    const other = await run(harness, ['forward', 'telemetry', '2023/10/01', '--to', 'serch'])
    assert.match(other.stderr, /"serch" is not a sink: did you mean "search"\?/)
    writeFileSync(join(harness.directory.path, 'point.json'), '{}')
    const foreign = await run(harness, [...day, '--checkpoint', 'point.json'])
    assert.equal(foreign.code, 2)
    assert.match(foreign.stderr, /point\.json is not a checkpoint: start over with --restart/)
  })
})
