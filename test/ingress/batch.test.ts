import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createBatch } from '../../ingress/batch.ts'
import { parseConfig } from '../../worker/contract/config.ts'
import { referenceDocument } from '../support/configurations.ts'
import { type BatchStub, startBatchStub } from './batch-stub.ts'

const roleArn = 'arn:aws:iam::222222222222:role/iot-log-submit'
const id = 'a'.repeat(26)
const signal = new AbortController().signal

/** A Batch stand-in, and a configuration whose environment `prod` is in another account. */
async function start(): Promise<{ stub: BatchStub; batch: ReturnType<typeof createBatch> }> {
  const stub = await startBatchStub()
  after(() => stub[Symbol.asyncDispose]())
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_BATCH: stub.url,
    AWS_ENDPOINT_URL_STS: stub.url,
    AWS_ACCESS_KEY_ID: 'AKIAOWN',
    AWS_SECRET_ACCESS_KEY: 'secret'
  })
  const document = referenceDocument()
  const { dev } = document.environments
  document.environments.prod = { ...dev, region: 'us-east-1', submit: { ...dev.submit, roleArn } }
  return { stub, batch: createBatch(parseConfig(document)) }
}

describe('Batch', () => {
  it('is asked with our own credentials where no role is named', async () => {
    const { stub, batch } = await start()
    await batch.submit('dev', 'spotQueue', id, signal)
    assert.deepEqual([stub.calls[0]?.accessKey, stub.sessions], ['AKIAOWN', []])
  })

  it('is asked with a role of the environment, which is assumed once', async () => {
    const { stub, batch } = await start()
    await Promise.all([
      batch.submit('prod', 'spotQueue', id, signal),
      batch.submit('prod', 'onDemandQueue', id, signal)
    ])
    await batch.terminate('prod', 'some-job', 'because', signal)
    assert.deepEqual(stub.sessions, [roleArn])
    assert.deepEqual(
      stub.calls.map(({ accessKey }) => accessKey),
      Array(3).fill('ASIASESSION1')
    )
    assert.deepEqual(
      stub
        .submitted()
        .map(({ jobQueue }) => jobQueue)
        .sort(),
      ['slack', 'slack-on-demand']
    )
  })

  it('is asked with new credentials when those of the role are about to end', async () => {
    const { stub, batch } = await start()
    stub.sessionSeconds = 60
    await batch.submit('prod', 'spotQueue', id, signal)
    await batch.submit('prod', 'spotQueue', id, signal)
    assert.ok(stub.sessions.length >= 2)
    assert.equal(stub.calls.at(-1)?.accessKey, `ASIASESSION${stub.sessions.length}`)
  })

  it('is asked once: a job that was taken, its answer lost, would be two', async () => {
    const { stub, batch } = await start()
    stub.mood = 'refuses'
    await assert.rejects(batch.submit('dev', 'spotQueue', id, signal), { code: 'unavailable', subject: 'slack' })
    assert.equal(stub.calls.length, 1)
    stub.mood = 'denies'
    await assert.rejects(batch.submit('dev', 'spotQueue', id, signal), { code: 'denied' })
    stub.mood = 'hangs'
    await assert.rejects(batch.submit('dev', 'spotQueue', id, AbortSignal.timeout(100)), { name: 'TimeoutError' })
    assert.equal(stub.calls.length, 3)
  })

  it('is not asked for environments that are not there', async () => {
    const { batch } = await start()
    await assert.rejects(batch.submit('elsewhere', 'spotQueue', id, signal), { code: 'wrong-config' })
  })
})
