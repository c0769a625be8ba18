import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Download } from 'playwright-core'
import { downloadPath } from '../../worker/contract/download-link.ts'
import type { Fault } from '../stand-ins/s3/faults.ts'
import type { Message } from '../stand-ins/slack/workspace.ts'
import { manifestOf, readArchive } from '../support/archives.ts'
import { expectedLines } from './expected-lines.ts'
import { type Scene, systemOnPhones } from './system-on-phones.ts'

const test = systemOnPhones()

/** The app's messages that the whole channel sees. */
const publicMessages = ({ system, channel }: Scene): Message[] =>
  system.slack.messages(channel).filter(({ user }) => user === system.slack.workspace.app.botUser)

async function filesOf(download: Download): Promise<Map<string, Buffer>> {
  return readArchive(await download.path())
}

test('an export typed on a phone is one message that is updated, and ends in a zip of the matching lines', async (scene) => {
  const { phone, system } = scene
  const bucket = system.bucketOf('dev')
  // Some objects come late, so that the message is seen on its way.
  const late = (hour: string, firstByteMs: number): Fault => {
    const key = new RegExp(`^telemetry/.*/${hour}/`)
    return { operation: 'GetObject', bucket, key, action: { kind: 'latency', firstByteMs } }
  }
  const faults = [late('08', 2_000), late('20', 8_000)]
  system.s3.faults.add(...faults)
  await phone.look('empty-channel')
  await phone.typed.pressSequentially('/iot-log THING00001 telemetry,command 2023/10/01')
  await phone.look('typed')
  await phone.typed.press('Enter')
  await phone.message('Only visible to you').filter({ hasText: 'Started' }).waitFor()
  const message = phone.message(/\d\d %/).filter({ has: phone.page.getByRole('button', { name: 'Cancel' }) })
  await message.filter({ hasText: 'Searching 2 categories' }).waitFor()
  const id = await message.getAttribute('id')
  await message.filter({ hasText: /[1-9]\d* of 384 objects/ }).waitFor()
  await phone.look('progress')
  const done = phone.message(/Complete: [1-9]/)
  await done.waitFor()
  system.s3.faults.remove(...faults)
  assert.equal(await done.getAttribute('id'), id, 'the message went on in its place')
  assert.equal(publicMessages(scene).length, 1)
  assert.equal(await phone.page.locator('article:not(.ephemeral)').count(), 1)
  await phone.look('complete')
  const download = await phone.download(done.getByRole('link', { name: /^Download/ }))
  assert.equal(download.suggestedFilename(), '20231001_THING00001.zip')
  const files = await filesOf(download)
  const prefixes = { telemetry: 'telemetry/2023/10/01/', command: 'commands/2023/10/01/' }
  for (const [category, prefix] of Object.entries(prefixes)) {
    const expected = expectedLines(system.s3, { bucket, prefix }, 'THING00001')
    assert.ok(expected.length > 0)
    assert.ok(files.get(`${category}_20231001.log`)!.equals(expected), category)
  }
  assert.deepEqual([...files.keys()], ['telemetry_20231001.log', 'command_20231001.log', 'manifest.json'])
  assert.equal(manifestOf(files).status, 'complete')
})

test('logs that are damaged make a partial result, which says what is missing', async (scene) => {
  const { phone, system } = scene
  const bucket = system.bucketOf('broken')
  await phone.say('/iot-log THING00003 telemetry 2023/10/01 broken')
  const partial = phone.message(/Partial: [\d,]+ lines?/)
  await partial.waitFor()
  const text = await partial.innerText()
  const [, missing, listed] = /(\d+) of (\d+) objects were not read to the end/.exec(text)!
  assert.match(text, new RegExp(`${missing} cut short: lines before the damage are kept`))
  await phone.look('partial')
  const files = await filesOf(await phone.download(partial.getByRole('link', { name: /^Download/ })))
  const { status, objects, notRead } = manifestOf(files)
  assert.deepEqual([status, objects.listed, objects.unreadable], ['partial', Number(listed), Number(missing)])
  assert.equal(notRead.length, Number(missing))
  for (const { key, outcome, reason, byte } of notRead) {
    assert.deepEqual([outcome, reason], ['unreadable', 'truncated'])
    assert.equal(byte, system.s3.get(bucket, key)!.length)
  }
  const expected = expectedLines(system.s3, { bucket, prefix: 'telemetry/2023/10/01/' }, 'THING00003')
  assert.ok(expected.length > 0)
  assert.ok(files.get('telemetry_20231001.log')!.equals(expected))
})

test('a search that finds nothing says how much was searched, and what the reason may be', async ({ phone }) => {
  await phone.say('/iot-log NOTHING99999 command 2023/10/01')
  const nothing = phone.message('Nothing found')
  await nothing.waitFor()
  const text = await nothing.innerText()
  assert.match(text, /Searched everything: 96 objects/)
  assert.match(text, /Spelling/)
  assert.equal(await nothing.getByRole('link').count(), 0)
  await phone.look('nothing-found')
})

test('a link that has expired says what to do, and New link gives the zip', async (scene) => {
  const { phone, system } = scene
  await phone.say('/iot-log THING00004 command 2023/10/01')
  const done = phone.message(/Complete: [1-9]/)
  await done.waitFor()
  const link = done.getByRole('link', { name: /^Download/ })
  const before = new URL((await link.getAttribute('href'))!)
  const job = before.pathname.split('/').at(-1)!
  const expired = system.ingressUrl + downloadPath(system.linkKey, job, Date.now() - 60_000)
  const other = await scene.openOther()
  await other.page.goto(expired).catch(() => {})
  await other.page.getByRole('heading', { name: 'This link has expired' }).waitFor()
  await other.look('expired-link')
  await done.getByRole('button', { name: 'New link' }).tap()
  const fresh = phone.message('Only visible to you').filter({ hasText: 'New link until' })
  await fresh.waitFor()
  await phone.look('new-link')
  const download = await phone.download(fresh.getByRole('link', { name: /^Download/ }))
  assert.equal(download.suggestedFilename(), '20231001_THING00004.zip')
  const bytes = await readFile(await download.path())
  const [key] = system.s3.keys(system.bucketOf('dev')).filter((one) => one.endsWith('20231001_THING00004.zip'))
  assert.ok(bytes.equals(system.s3.get(system.bucketOf('dev'), key!)!))
})
