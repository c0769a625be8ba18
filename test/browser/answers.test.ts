import assert from 'node:assert/strict'
import type { UserOptions } from '../stand-ins/slack/workspace.ts'
import { systemOnPhones } from './system-on-phones.ts'

/*
 * Answers that only one person sees.
 */

const test = systemOnPhones()
const testWithList = systemOnPhones({ access: { users: ['U0MINA'] } })
const asked = '/iot-log THING00007 telemetry 2023/10/01'

const refused: readonly (readonly [string, typeof test, Partial<UserOptions>, RegExp])[] = [
  ['a guest', test, { realName: 'Gus Guest', isUltraRestricted: true }, /Guests may not use iot-log/],
  ['a person of another workspace', test, { realName: 'Eve External', team: 'T0ELSEWHERE' }, /Only members/],
  ['a person who is not on the list', testWithList, {}, /You may not use iot-log here/]
]
for (const [who, declare, options, words] of refused) {
  declare(
    `${who} is refused for their eyes only, and nothing is started`,
    async ({ phone, system, openOther }) => {
      const other = await openOther()
      await phone.say(asked)
      const refusal = phone.message('Only visible to you')
      await refusal.waitFor()
      assert.match(await refusal.innerText(), words)
      await phone.look(`refused-${who.replaceAll(' ', '-')}`)
      await other.say('Hello')
      await other.message('Hello').waitFor()
      assert.equal(await other.page.getByRole('article').count(), 1, 'no other person sees it')
      assert.deepEqual(system.batch.requests, [])
      assert.deepEqual(
        system.s3.keys(system.bucketOf('dev')).filter((key) => /jobs\/(?!seen\/)/.test(key)),
        []
      )
    },
    options
  )
}

test('mistakes are shown all at once, with the corrected command', async ({ phone, system }) => {
  await phone.say('/iot-log TH telemetri 2023/13/01')
  const answer = phone.message('Only visible to you')
  await answer.waitFor()
  const text = await answer.innerText()
  for (const word of ['TH', 'telemetri', '2023/13/01']) assert.match(text, new RegExp(word))
  await phone.look('mistakes')
  assert.equal(system.batch.jobs().length, 0)
})

test('the help shows what may be typed', async ({ phone }) => {
  await phone.say('/iot-log help')
  const help = phone.message('Logs of a device as a zip')
  await help.waitFor()
  await phone.look('help')
  const text = await help.innerText()
  assert.match(text, /environment: dev \(default\), slow, broken/)
  assert.doesNotMatch(text, /\*/, 'marks are not meant to be read')
})

test('status shows what runs and how the last exports ended, with their links', async ({ phone }) => {
  await phone.say('/iot-log status')
  await phone.message('You have no exports since yesterday').waitFor()
  await phone.say('/iot-log THING00008 telemetry 2023/10/01')
  await phone.message(/Complete: [1-9]/).waitFor()
  await phone.say('/iot-log THING00009 telemetry 2023/10/01 slow')
  await phone
    .message('THING00009')
    .filter({ hasText: /\d\d %/ })
    .waitFor()
  await phone.say('/iot-log status')
  const status = phone.message('Last results')
  await status.waitFor()
  const text = await status.innerText()
  assert.match(text, /Running[\s\S]*THING00009[\s\S]*\d\d %[\s\S]*Last results[\s\S]*THING00008[\s\S]*complete: /)
  await phone.look('status')
  const download = await phone.download(status.getByRole('link', { name: 'Download' }))
  assert.equal(download.suggestedFilename(), '20231001_THING00008.zip')
})
