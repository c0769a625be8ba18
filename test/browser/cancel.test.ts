import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { systemOnPhones } from './system-on-phones.ts'

const test = systemOnPhones()

/** The worker of a job: its command line ends with the job's id. */
const isWorkerThere = (jobId: string): boolean => spawnSync('ps', ['-eo', 'args']).stdout.includes(`main.ts ${jobId}`)

test('Cancel asks first, then stops a running export, and leaves nothing behind', async ({ phone, system }) => {
  const bucket = system.bucketOf('slow')
  await phone.say('/iot-log THING00002 telemetry 2023/10/01 slow')
  const running = phone.message(/\d\d %/)
  await running.waitFor()
  const [job] = system.batch.jobs()
  const jobId = job!.command.at(-1)!
  assert.ok(isWorkerThere(jobId))
  const id = await running.getAttribute('id')
  const cancel = running.getByRole('button', { name: 'Cancel' })
  const question = phone.page.getByRole('dialog', { name: 'Stop this export?' })
  await cancel.tap()
  await phone.look('cancel-asks')
  await question.getByRole('button', { name: 'Let it run' }).tap()
  await question.waitFor({ state: 'detached' })
  assert.equal(system.batch.requests.filter(({ operation }) => operation === 'TerminateJob').length, 0)
  await cancel.tap()
  await question.getByRole('button', { name: 'Stop it' }).tap()
  const cancelled = phone.message('Cancelled').filter({ hasText: 'Nothing is kept.' })
  await cancelled.waitFor()
  assert.equal(await cancelled.getAttribute('id'), id)
  await phone.look('cancelled')
  assert.equal(await cancelled.getByRole('button').count(), 0)
  await system.batch.until(({ runningCount }) => runningCount() === 0)
  assert.equal(isWorkerThere(jobId), false)
  assert.deepEqual(system.s3.openUploads(bucket), [])
  const written = system.s3.keys(bucket).filter((key) => key.startsWith('slack/'))
  const left = written.filter((key) => !key.includes('/jobs/') || key.includes('/jobs/running/'))
  assert.deepEqual(left, [], 'no archive, and no mark that it runs')
})
