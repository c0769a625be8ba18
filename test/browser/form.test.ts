import assert from 'node:assert/strict'
import { readArchive } from '../support/archives.ts'
import { expectedLines } from './expected-lines.ts'
import { systemOnPhones } from './system-on-phones.ts'

const test = systemOnPhones()

test('the bare command opens a form, which says what is wrong at its field, and exports once it is right', async (scene) => {
  const { phone, system } = scene
  await phone.say('/iot-log')
  const form = phone.page.getByRole('dialog', { name: 'Export device logs' })
  await form.waitFor()
  await phone.look('form')
  const [identifier, categories] = ['Identifier', 'Categories'].map((name) =>
    form.locator('.field').filter({ hasText: name })
  )
  await form.getByRole('button', { name: 'Export' }).tap()
  await identifier!.getByText('Please complete this required field.').waitFor()
  await categories!.getByText('Please complete this required field.').waitFor()
  await form.getByLabel('Identifier').fill('TH')
  await form.getByText('command', { exact: true }).tap()
  await form.getByLabel('Date (UTC)').fill('2023-10-01')
  await form.getByRole('button', { name: 'Export' }).tap()
  await identifier!.getByText(/3 to 256 characters|too short|at least 3/i).waitFor()
  assert.equal(await form.getByRole('alert').count(), 1, 'the other fields are right')
  await phone.look('form-mistake')
  assert.equal(system.batch.jobs().length, 0)
  await form.getByLabel('Identifier').fill('THING00005')
  await form.getByRole('button', { name: 'Export' }).tap()
  await form.getByText('Started').waitFor()
  await phone.look('form-started')
  await form.getByRole('button', { name: 'Close' }).tap()
  await form.waitFor({ state: 'detached' })
  const done = phone.message(/Complete: [1-9]/)
  await done.waitFor()
  const download = await phone.download(done.getByRole('link', { name: /^Download/ }))
  assert.equal(download.suggestedFilename(), '20231001_THING00005.zip')
  const files = await readArchive(await download.path())
  const day = { bucket: system.bucketOf('dev'), prefix: 'commands/2023/10/01/' }
  assert.ok(files.get('command_20231001.log')!.equals(expectedLines(system.s3, day, 'THING00005')))
})

test('a form that is closed starts nothing', async ({ phone, system }) => {
  const before = system.batch.jobs().length
  await phone.say('/iot-log')
  const form = phone.page.getByRole('dialog', { name: 'Export device logs' })
  await form.getByLabel('Identifier').fill('THING00006')
  await form.getByRole('button', { name: 'Cancel' }).tap()
  await form.waitFor({ state: 'detached' })
  assert.equal(await phone.page.getByRole('article').count(), 0)
  assert.equal(system.batch.jobs().length, before)
})
