import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Job } from '../../worker/contract/job.ts'
import { largeKeys, mixedDay } from '../support/mixed-day.ts'
import type { ChannelUser, Logs } from './channel-user.ts'
import { mostAttempts, startWholeSystem, type WholeSystem } from './whole-system.ts'

/*
 * Workers that are stopped in the middle, seen from the channel: what is said, what goes on, and what is left.
 */

const day = mixedDay(41)
/** An archive of two parts, and something to be read after what fills the first. */
const largeLogs: Logs = { '05/large': day.get(largeKeys.plain)!, '06/small': Buffer.from('THING00099 is here, too') }
/** These logs are uploaded without parts, which would stay if no attempt followed. */
const smallLogs: Logs = { '05/small': Buffer.from('THING00099 is here'), '06/small': largeLogs['06/small']! }
/** The middle of the scan: an object that is read and never comes. */
const inScan = { operation: 'GetObject', key: '/06/' } as const
/** The middle of the upload: one part is there, one is on its way. */
const inUpload = { operation: 'UploadPart', key: '.zip', number: 2 } as const

type HeldRequest = typeof inScan | typeof inUpload

let system: WholeSystem
before(async () => {
  system = await startWholeSystem()
})
after(async () => {
  // Its processes end though this fails: they would hold up the whole run.
  await using _ = system
  assert.deepEqual(system.batch.eventFailures, [])
})

/** The Batch job when its attempt sends that request, after its message was posted. */
async function caught(person: ChannelUser, request: HeldRequest): Promise<string> {
  const held = person.hold(request)
  if (person.messages().length === 0) await person.start()
  await held
  await system.slack.until(() => person.messages().length > 0)
  return (await person.runs()).id
}

/** Does so to each attempt, one after the other. */
async function stopEach(person: ChannelUser, request: HeldRequest, stop: (id: string) => void): Promise<void> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const id = await caught(person, request)
    stop(id)
    await system.batch.until(() => system.batch.job(id)!.attempts.length === attempt, 25_000)
  }
}

/** The one message says that it is complete, and the archive is what an undisturbed run makes. */
async function assertSameArchive(person: ChannelUser, disturbed: Job): Promise<void> {
  assert.equal(disturbed.state, 'complete')
  assert.match(person.shown(), /Complete: .*download/)
  assert.deepEqual(person.left(), [disturbed.result!.archive!.key])
  person.forget(disturbed)
  await person.start()
  const undisturbed = await person.over()
  assert.notEqual(undisturbed.id, disturbed.id)
  assert.deepEqual(outcomesOf(undisturbed), ['complete'])
  assert.ok(person.archive(disturbed).equals(person.archive(undisturbed)), 'the archives differ')
}

const outcomesOf = ({ attempts }: Job): readonly (string | null)[] => attempts.map(({ outcome }) => outcome)
const exitCodesOf = (person: ChannelUser): readonly (number | undefined)[] =>
  person.batchJobs().flatMap(({ attempts }) => attempts.map(({ exitCode }) => exitCode))

describe('a worker that is killed', { concurrency: 3 }, () => {
  for (const [name, request] of [
    ['scan', inScan],
    ['upload', inUpload]
  ] as const) {
    it(`a worker that is killed in its ${name} is followed by another, with the same message and archive`, async () => {
      const person = system.createChannelUser(largeLogs)
      system.batch.kill(await caught(person, request))
      const job = await person.over()
      assert.deepEqual(
        [exitCodesOf(person), outcomesOf(job)],
        [
          [137, 0],
          ['killed', 'complete']
        ]
      )
      assert.match(person.looks().join('\n'), /Restarted after an interruption \(attempt 2\)/)
      await assertSameArchive(person, job)
    })
  }

  it('a job whose attempts are all killed says what to do, and the next command works at once', async () => {
    const person = system.createChannelUser(smallLogs)
    await stopEach(person, inScan, system.batch.kill)
    const job = await person.over()
    assert.deepEqual([job.state, exitCodesOf(person)], ['failed', [137, 137]])
    assert.match(person.shown(), /Failed.*was killed, most likely because it ran out of memory. Ask for less/)
    assert.deepEqual(person.left(), [])
    await person.start()
    assert.equal((await person.over()).state, 'complete')
  })

  it('a job whose attempts all run out of memory says so', async () => {
    const person = system.createChannelUser(smallLogs)
    await stopEach(person, inScan, system.batch.runOutOfMemory)
    assert.deepEqual([(await person.over()).failure?.code, person.left()], ['out-of-memory', []])
    assert.match(person.shown(), /Failed.*ran out of memory and was stopped. Ask for less/)
  })
})

describe('a worker that Spot takes back', { concurrency: 3 }, () => {
  it('a worker that Spot interrupts says so and ends within 20 s, and the next has the same message and archive', async () => {
    const person = system.createChannelUser(largeLogs)
    const id = await caught(person, inUpload)
    const askedMs = performance.now()
    system.batch.interrupt(id)
    await system.batch.until(() => system.batch.job(id)!.attempts.length === 1, 25_000)
    assert.ok(performance.now() - askedMs < 20_000)
    const job = await person.over()
    assert.deepEqual(
      [exitCodesOf(person), outcomesOf(job)],
      [
        [143, 0],
        ['interrupted', 'complete']
      ]
    )
    assert.match(person.looks().join('\n'), /Interrupted.*The export restarts in a minute or two.*\n.*\(attempt 2\)/)
    await assertSameArchive(person, job)
  })

  it('a job whose attempts Spot all interrupts fails, and says what to do', async () => {
    const person = system.createChannelUser(smallLogs)
    await stopEach(person, inScan, system.batch.interrupt)
    const job = await person.over()
    assert.deepEqual([job.state, exitCodesOf(person), person.left()], ['failed', [143, 1], []])
    assert.match(person.shown(), /Failed.*AWS took the machine back in every attempt. Please try again/)
    await person.start()
    assert.equal((await person.over()).state, 'complete')
  })

  it('a worker that Spot interrupts after Cancel is cancelled, and no attempt follows', async () => {
    const person = system.createChannelUser(largeLogs)
    const id = await caught(person, inUpload)
    const press = { in: person.messages()[0]!, actionId: 'iot-log-cancel', user: person.user }
    assert.equal((await system.slack.click(press)).failure, undefined)
    const job = await person.over()
    assert.deepEqual([job.state, exitCodesOf(person), person.left()], ['cancelled', [0], []])
    assert.equal(system.batch.job(id)!.statusReason, 'Cancelled on request')
    assert.match(person.shown(), /Cancelled.*Nothing is kept/)
  })
})

describe('a worker that an operator stops', () => {
  it('a job that an operator stops fails, and says whom to ask', async () => {
    const person = system.createChannelUser(largeLogs)
    system.batch.terminate(await caught(person, inUpload), 'Too expensive')
    const { state, failure } = await person.over()
    assert.deepEqual([state, failure?.code, exitCodesOf(person), person.left()], ['failed', 'stopped', [143], []])
    assert.match(person.shown(), /Failed.*An operator stopped the export in AWS Batch. Ask them why/)
  })
})

describe('a worker whose time is over', { concurrency: 3 }, () => {
  for (const [name, environment, code] of [
    ['knows of its time', 'hasty', 1],
    ['does not', '', 143]
  ] as const) {
    it(`a worker that ${name} times out, and no attempt follows`, async () => {
      const person = system.createChannelUser(largeLogs)
      const held = person.hold(inUpload)
      await person.type(`${person.words} ${environment}`)
      await held
      system.batch.timeOut((await person.runs()).id)
      const job = await person.over()
      assert.deepEqual([job.state, exitCodesOf(person), person.left()], ['timed-out', [code], []])
      assert.match(person.shown(), /Took too long.*Ask for less/)
    })
  }
})
