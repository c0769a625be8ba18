import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { CallFaultAction } from '../stand-ins/aws/faults.ts'
import type { FaultAction } from '../stand-ins/s3/faults.ts'
import type { ChannelUser } from './channel-user.ts'
import { startWholeSystem, type WholeSystem } from './whole-system.ts'

/*
 * Asking while S3 or Batch refuse, break or are silent: the person reads so in time (the stand-in of Slack waits no
 * longer; the real three seconds are a figure of the benchmark), nothing is left in the way, and asking again works at once.
 */

let system: WholeSystem
before(async () => {
  system = await startWholeSystem({ budgetMs: 7_500 })
})
afterEach(() => {
  system.s3.faults.clear()
  system.batch.faults.clear()
})
after(async () => {
  // Its processes end though this fails: they would hold up the whole run.
  await using _ = system
  assert.deepEqual(system.batch.eventFailures, [])
})

const submissions = (): number => system.batch.requests.filter(({ operation }) => operation === 'SubmitJob').length

/** The trouble is over: the same request is a job that completes, in the only message that there ever was. */
async function assertWorksAgain(person: ChannelUser): Promise<void> {
  system.s3.faults.clear()
  system.batch.faults.clear()
  assert.match(await person.type(), /Started/)
  const job = await person.over()
  assert.equal(job.state, 'complete')
  assert.deepEqual(person.left(), [job.result!.archive!.key])
  assert.match(person.shown(), /Complete/)
}

/** The trouble is over: the same request is a new job, which Batch has; it is not worth the wait for its end. */
async function assertStartsAgain(person: ChannelUser): Promise<void> {
  system.s3.faults.clear()
  system.batch.faults.clear()
  assert.match(await person.type(), /Started/)
  assert.equal(person.batchJobs().length, 1)
  assert.match(await person.type('cancel'), /is being stopped/)
  assert.equal((await person.over()).state, 'cancelled')
  assert.deepEqual(person.left(), [])
}

const refusals: Readonly<Record<string, FaultAction>> = {
  'answers 403': { kind: 'error', code: 'AccessDenied' },
  'answers 503': { kind: 'error', code: 'SlowDown' },
  'is silent': { kind: 'hang' }
}
/** The documents that a command writes to S3, by their keys. */
const records: Readonly<Record<string, RegExp>> = {
  'the notice of the request': /\/jobs\/seen\//,
  'the record': /\/jobs\/[a-z0-9]{26}\.json$/,
  'the pointer to it': /\/jobs\/by-request\//,
  'its marker': /\/jobs\/running\//,
  'the slot': /\/jobs\/slots\//
}

describe('a command, while S3', () => {
  for (const [how, action] of Object.entries(refusals)) {
    it(`a command starts nothing and says so when S3 ${how} to everything`, async () => {
      const person = system.createChannelUser()
      const before = submissions()
      system.s3.faults.add({ action })
      assert.match(await person.type(), /could not save the request, so nothing was started. Try again in a moment/)
      assert.equal(submissions(), before)
      await assertWorksAgain(person)
    })
  }

  for (const [what, key] of Object.entries(records)) {
    for (const [how, action] of Object.entries(refusals)) {
      // It is asked again until the time is over, like silence.
      if (how === 'answers 503') continue
      it(`a command starts nothing and says so when S3 ${how} to ${what}`, async () => {
        const person = system.createChannelUser()
        const before = submissions()
        system.s3.faults.add({ operation: 'PutObject', key, action })
        assert.match(await person.type(), /could not save the request, so nothing was started/)
        assert.equal(submissions(), before)
        await assertStartsAgain(person)
      })
    }
  }

  it('a command starts one job when S3 loses its answers', async () => {
    const person = system.createChannelUser()
    const before = submissions()
    for (const key of Object.values(records)) {
      system.s3.faults.add({ operation: 'PutObject', key, times: 1, action: { kind: 'lost-answer' } })
    }
    assert.match(await person.type(), /Started/)
    assert.equal(submissions(), before + 1)
    assert.equal((await person.over()).state, 'complete')
    assert.match(person.shown(), /Complete/)
  })

  it('a job completes when S3 rejects only the id of its Batch job', async () => {
    const person = system.createChannelUser()
    system.s3.faults.add({
      operation: 'PutObject',
      key: records['the record']!,
      after: 1,
      times: 1,
      action: refusals['answers 403']!
    })
    assert.match(await person.type(), /Started/)
    assert.equal((await person.over()).state, 'complete')
    assert.match(person.shown(), /Complete/)
  })
})

describe('a command, while Batch', () => {
  const error = (type: string, status: number): CallFaultAction => ({ kind: 'error', type, status })
  const troubles: Readonly<Record<string, CallFaultAction>> = {
    'refuses it': error('ClientException', 400),
    'is broken': error('ServerException', 500),
    'throttles without end': error('TooManyRequestsException', 429),
    'does not allow it': error('AccessDeniedException', 403),
    'is silent': { kind: 'hang' },
    'resets the connection': { kind: 'reset' }
  }
  for (const [how, action] of Object.entries(troubles)) {
    it(`a command says so and blocks no other when Batch ${how}`, async () => {
      const person = system.createChannelUser()
      system.batch.faults.add({ operation: 'SubmitJob', action })
      assert.match(
        await person.type(),
        /AWS Batch did not accept the job, so nothing was started. Try again in a moment/
      )
      assert.deepEqual([person.job().state, person.left(), person.messages()], ['failed', [], []])
      assert.match(await person.type('status'), /You have no running exports/)
      await assertStartsAgain(person)
    })
  }

  it('a command starts a job when Batch throttles for a moment', async () => {
    const person = system.createChannelUser()
    system.batch.faults.add({ operation: 'SubmitJob', times: 2, action: error('TooManyRequestsException', 429) })
    assert.match(await person.type(), /Started/)
    assert.equal((await person.over()).state, 'complete')
    assert.equal(person.batchJobs().length, 1)
  })

  it('a Batch job whose answer was lost does nothing, and the next command works at once', async () => {
    const person = system.createChannelUser()
    system.batch.faults.add({ operation: 'SubmitJob', times: 1, action: { kind: 'lost-answer' } })
    assert.match(await person.type(), /AWS Batch did not accept the job/)
    const { id } = await person.over()
    assert.deepEqual(
      person.batchJobs().map(({ attempts }) => attempts.map(({ exitCode }) => exitCode)),
      [[0]]
    )
    assert.deepEqual(person.messages(), [])
    await assertWorksAgain(person)
    assert.notEqual(person.job().id, id)
  })
})

describe('the same command ten times at once', () => {
  for (const [name, people] of [
    ['by one person', 1],
    ['by ten people', 10]
  ] as const) {
    it(`ten equal commands at once ${name} start one job with one message, and each gets an answer`, async () => {
      const person = system.createChannelUser()
      const users = Array.from({ length: people }, (_, position) => `${person.user}N${position}`)
      for (const id of users) system.slack.workspace.addUser({ id, name: id.toLowerCase() })
      const before = submissions()
      const texts = await Promise.all(
        Array.from({ length: 10 }, (_, position) => person.type(person.words, users[position % people]))
      )
      assert.deepEqual(
        [countOf(texts, /Started/), countOf(texts, /Already (?:running|being started)/)],
        [1, 9],
        texts.join('\n')
      )
      assert.equal(submissions(), before + 1)
      assert.equal((await person.over()).state, 'complete')
      assert.match(person.shown(), /Complete/)
      const again = await Promise.all(users.map((user) => person.type(person.words, user)))
      assert.equal(countOf(again, /Done just now/), people)
      assert.equal(submissions(), before + 1)
    })
  }
})

const countOf = (texts: readonly string[], pattern: RegExp): number => texts.filter((text) => pattern.test(text)).length
