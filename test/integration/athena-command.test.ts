import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { serveAthena } from '../support/athena-place.ts'
import { runCli, startCli } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/* The command as people run it, with a configuration of theirs. */

const place = await serveAthena()
const id = 'THING00001'
for (let at = 0; at < 24; at++) {
  const hour = String(at).padStart(2, '0')
  place.put(`telemetry/2023/10/01/${hour}/a.gz`, gzipSync(`${id} ${hour}\nother\n`))
  place.put(`commands/2023/10/01/${hour}/a.gz`, gzipSync(`${id} ${hour}\nother\n`))
}

/** Runs a command where its configuration lies. */
function placeForCommand(changes: object = {}) {
  const directory = temporaryDirectory()
  const file = join(directory.path, 'iot-log.config.json')
  writeFileSync(file, JSON.stringify({ ...place.document, ...changes }))
  const options = { cwd: directory.path, env: { ...process.env, INIT_CWD: directory.path } }
  return { options, [Symbol.dispose]: () => directory[Symbol.dispose]() }
}

describe('iot-log with Athena', () => {
  it('iot-log plan prints the engine, the reason, and the cost of both engines', async () => {
    using here = placeForCommand()
    const { code, stdout } = await runCli(['plan', id, 'telemetry', '2023/10/01'], here.options)
    assert.equal(code, 0)
    assert.match(stdout, /^Engine {2}scan: .* in 24 objects: about \d\.\d s on \d+ threads?, under 20 min$/m)
    assert.match(
      stdout,
      /^Cost {4}about \$0\.00\d+ by scan on Fargate, \$0\.00005 by Athena \(list prices of us-east-1\)$/m
    )
  })

  it('iot-log plan chooses Athena for large days, and names what Athena can not read', async () => {
    const limits = { ...(place.document as { limits: object }).limits, maxObjects: 30 }
    using here = placeForCommand({ limits })
    const words = ['plan', id, 'telemetry,command', '2023/10/01', '--json']
    const plan = JSON.parse((await runCli(words, here.options)).stdout)
    assert.equal(plan.engine, 'athena')
    assert.deepEqual(
      plan.categories.map(({ engine }: { engine: string }) => engine),
      ['athena', 'scan']
    )
    assert.match(plan.reason, /48 objects are more than 30 objects; command by scan/)
    const elsewhere = await runCli([...words, '--source', 's3://other'], here.options)
    assert.equal(elsewhere.code, 1)
  })

  it('iot-log export uses both engines at once, and prints which engine read what', async () => {
    const limits = { ...(place.document as { limits: object }).limits, maxObjects: 30 }
    using here = placeForCommand({ limits })
    const { code, stdout } = await runCli(['export', id, 'telemetry,command', '2023/10/01', '--json'], here.options)
    assert.equal(code, 0)
    const result = JSON.parse(stdout)
    assert.equal(result.engine, 'athena')
    assert.deepEqual({ ...result.objects }, { ...result.objects, listed: 48, read: 24, queried: 24 })
    assert.deepEqual(
      result.entries.map(({ lines }: { lines: number }) => lines),
      [24, 24]
    )
    assert.deepEqual(place.leftovers(), [])
  })

  it('iot-log export rejects Athena for logs outside of its tables', async () => {
    using here = placeForCommand()
    const words = ['export', id, 'telemetry', '2023/10/01', 'engine=athena', '--source', here.options.cwd]
    const { code, stderr } = await runCli(words, here.options)
    assert.equal(code, 2)
    assert.match(stderr, /Athena can't read this: the tables are those of s3:\/\/dev-iot-logs/)
  })

  it('iot-log export stops its query on Ctrl-C and leaves nothing behind', async () => {
    using here = placeForCommand()
    const from = place.athena.queries().length
    place.athena.queryFaults.add({ sql: /UNLOAD/, times: 1, fault: { kind: 'hold', state: 'RUNNING' } })
    const running = startCli(['export', id, 'telemetry', '2023/10/01', 'engine=athena'], here.options)
    const query = await place.athena.until(
      () => place.athena.queries()[from]?.state === 'RUNNING' && place.athena.queries()[from]
    )
    running.child.kill('SIGINT')
    const { code } = await running.finished
    assert.equal(code, 130)
    assert.equal(place.athena.query(query.id)!.state, 'CANCELLED')
    assert.deepEqual(place.leftovers(), [])
  })
})
