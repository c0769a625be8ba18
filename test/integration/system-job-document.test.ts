import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { JobState } from '../../worker/contract/job.ts'
import type { Fault, FaultAction } from '../stand-ins/s3/faults.ts'
import type { ChannelUser } from './channel-user.ts'
import { startWholeSystem, type WholeSystem } from './whole-system.ts'

/*
 * S3 that rejects the job document to the worker: the worker retries what may pass and reports the rest, and the next
 * command works at once.
 */

let system: WholeSystem
before(async () => {
  system = await startWholeSystem()
})
after(async () => {
  // Its processes end though this fails: they would hold up the whole run.
  await using _ = system
  assert.deepEqual(system.batch.eventFailures, [])
})

const denied: FaultAction = { kind: 'error', code: 'AccessDenied' }
type FaultStart = 'always' | 'once the archive is there'

const cases: readonly {
  readonly name: string
  readonly operation?: 'GetObject'
  readonly action: FaultAction
  /** Default: no limit. */
  readonly times?: number
  readonly from?: FaultStart
  readonly state: JobState
  /** What the newest message says. */
  readonly shown: RegExp
}[] = [
  {
    name: '503, three times',
    action: { kind: 'error', code: 'SlowDown' },
    times: 3,
    state: 'complete',
    shown: /Complete/
  },
  { name: 'a reset, three times', action: { kind: 'reset' }, times: 3, state: 'complete', shown: /Complete/ },
  { name: 'lost answers', action: { kind: 'lost-answer' }, times: 3, state: 'complete', shown: /Complete/ },
  { name: '403 to its beginning', action: denied, times: 1, state: 'failed', shown: /Failed.*to the operators/ },
  { name: '403 to every change', action: denied, state: 'failed', shown: /Failed.*ended without a reason. Try again/ },
  {
    name: '403 to its end',
    action: denied,
    from: 'once the archive is there',
    state: 'failed',
    shown: /Failed.*ended without a reason. Try again/
  },
  {
    name: '403 to being read',
    operation: 'GetObject',
    action: denied,
    state: 'failed',
    shown: /Failed.*ended without a reason. Try again/
  }
]

describe('a job whose worker gets, from S3 for its record,', { concurrency: 3 }, () => {
  for (const { name, operation = 'PutObject', action, times, from = 'always', state, shown } of cases) {
    it(`a job is ${state} when its document meets ${name}`, async () => {
      const person = system.createChannelUser()
      const key = (text: string): boolean => isRecordOf(person, text, from)
      const fault: Fault = { operation, key, action, ...(times !== undefined && { times }) }
      system.s3.faults.add(fault)
      await person.start()
      const job = await person.over()
      assert.equal(job.state, state)
      assert.match(person.looks().at(-1)!, shown)
      assert.deepEqual(
        person.left().filter((one) => !one.endsWith('.zip')),
        []
      )
      system.s3.faults.remove(fault)
      assert.match(await person.type(), state === 'complete' ? /Done just now/ : /Started/)
      assert.equal((await person.over()).state, 'complete')
    })
  }
})

/** While its Batch job runs, and the ingress has noted that: before and after, the record is not the worker's. */
function isRecordOf(person: ChannelUser, key: string, from: FaultStart): boolean {
  const job = person.job()
  if (!job?.batch || !key.endsWith(`/${job.id}.json`)) return false
  const isThere = from === 'always' || person.left().some((one) => /^slack.*\.zip$/.test(one))
  return isThere && person.batchJobs().some(({ status }) => status === 'RUNNING')
}
