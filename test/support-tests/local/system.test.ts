import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { dayObjects } from '../../../bench/corpus/day.ts'
import { type LocalSystem, startLocalSystem } from '../../local/system.ts'
import { readArchive } from '../../support/archives.ts'
import { grepLines } from '../../support/oracle.ts'
import type { Message } from '../../support/slack/workspace.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const directory = temporaryDirectory()
const printed: string[] = []
let system: LocalSystem

before(async () => {
  system = await startLocalSystem({
    directory: directory.path,
    day: { date: '2023-10-01', textMegabytes: 6 },
    slowKilobytesPerSecond: 1,
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
  assert.match(JSON.stringify(message.blocks), /10 of 480 objects could not be read/)
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

test('npm run local tells its address and ends on Ctrl-C', async () => {
  using own = temporaryDirectory()
  const script = fileURLToPath(new URL('../../local/run.ts', import.meta.url))
  const flags = ['--port', '0', '--text-mb', '1', '--directory', own.path, '--day', '2024/02/29', '--reset']
  const child = spawn(process.execPath, [script, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (line.startsWith('Ctrl-C')) break
  }
  const address = /http:\S+/.exec(lines.join('\n'))![0]
  assert.match(lines.join('\n'), /2024\/02\/29 slow/)
  assert.match(await (await fetch(address)).text(), /<title>iot-log on this machine/)
  child.kill('SIGINT')
  assert.deepEqual(await closed, [0, null])
  await assert.rejects(fetch(address))
})
