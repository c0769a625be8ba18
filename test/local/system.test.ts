import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { dayObjects } from '../../bench/corpus/day.ts'
import type { Message } from '../stand-ins/slack/workspace.ts'
import { readArchive } from '../support/archives.ts'
import { grepLines } from '../support/oracle.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { type LocalSystem, startLocalSystem } from './system.ts'

const directory = temporaryDirectory()
const printed: string[] = []
let system: LocalSystem

before(async () => {
  system = await startLocalSystem({
    directory: directory.path,
    day: { date: '2023-10-01', textMegabytes: 6 },
    slowKilobytesPerSecond: 1,
    ingress: 'test/support/patient-ingress.ts',
    slack: { ackTimeoutMs: 40_000 },
    onOutput: (from, text) => void printed.push(`[${from}] ${text}`)
  })
})
after(async () => {
  await system.close()
  directory[Symbol.dispose]()
})

/** The message that says so, once it does. */
function messageWith(pattern: RegExp): Promise<Message> {
  return system.slack
    .until(({ messages }) => messages().find((message) => pattern.test(JSON.stringify(message.blocks))), 20_000)
    .catch((error) => {
      throw new Error(`${error.message}\n${printed.slice(-20).join('')}`)
    })
}

const urlsIn = (message: Message): string[] =>
  JSON.stringify(message.blocks).match(/http:[^"]*\/download\/[^"]*/g) ?? []

test('a command becomes a message, and the message a zip of just the lines', async () => {
  const { message: started } = await system.slack.command({ text: 'THING00001 telemetry,command 2023/10/01' })
  assert.equal(started!.onlyFor, 'U0MINA')
  const message = await messageWith(/Complete: [^"]* · dev/)
  const answer = await fetch(urlsIn(message)[0]!)
  assert.equal(answer.status, 200)
  const path = join(directory.path, 'answer.zip')
  writeFileSync(path, Buffer.from(await answer.arrayBuffer()))
  const files = await readArchive(path)
  const day = [...dayObjects({ startMs: Date.UTC(2023, 9, 1), things: 500, textBytes: 6e6, seed: 20231001 })]
  for (const [category, prefix] of [
    ['telemetry', 'telemetry/'],
    ['command', 'commands/']
  ] as const) {
    const objects = day.filter(({ key }) => key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1))
    const expected = grepLines(Buffer.concat(objects.map(({ text }) => text)), ['THING00001'])
    assert.ok(expected.length > 0)
    assert.ok(files.get(`${category}_20231001.log`)!.equals(expected), category)
  }
  await system.batch.settled()
  assert.deepEqual(system.batch.eventFailures, [])
})

test('damaged logs make a partial result', async () => {
  await system.slack.command({ text: 'THING00001 all 2023/10/01 broken', user: 'U0OPS' })
  const message = await messageWith(/Partial: .* · broken/)
  assert.match(JSON.stringify(message.blocks), /10 of 480 objects were not read to the end/)
})

test('a job through the narrow pipe can be cancelled', async () => {
  await system.slack.command({ text: 'THING00002 telemetry 2023/10/01 slow' })
  const message = await messageWith(/iot-log-cancel.* · slow|slow.*iot-log-cancel/s)
  const { failure } = await system.slack.click({ in: message, actionId: 'iot-log-cancel', user: 'U0MINA' })
  assert.equal(failure, undefined)
  await messageWith(/Cancelled/)
  await system.batch.until(({ runningCount }) => runningCount() === 0, 20_000)
})

test('a guest is refused', async () => {
  const { message } = await system.slack.command({ text: 'THING00001 telemetry 2023/10/01', user: 'U0GUEST' })
  assert.match(JSON.stringify(message!.blocks) + message!.text, /Guests may not use iot-log/)
})

test('the environments share logs and nothing else', async () => {
  const { message } = await system.slack.command({ text: 'THING00005 command 2023/10/01', user: 'U0OPS' })
  assert.match(JSON.stringify(message!.blocks), /Started/)
  await messageWith(/Complete: .*THING00005/)
  const status = await system.slack.command({ text: 'status', user: 'U0OPS' })
  assert.equal(JSON.stringify(status.message!.blocks).match(/THING00005/g)?.length, 1)
  const own = system.s3.keys(system.bucketOf('slow')).filter((key) => key.endsWith('THING00005.zip'))
  assert.deepEqual(own, [])
})
