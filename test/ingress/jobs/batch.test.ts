import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createBatch } from '../../../ingress/jobs/batch.ts'
import { realClock } from '../../../worker/async/clock.ts'
import { parseConfig } from '../../../worker/contract/config.ts'
import { type StsServer, startSts } from '../../stand-ins/aws/sts.ts'
import { type BatchServer, startBatchServer } from '../../stand-ins/batch/server.ts'
import { referenceDocument } from '../../support/configurations.ts'

const roleArn = 'arn:aws:iam::222222222222:role/iot-log-submit'
const id = 'a'.repeat(26)
const signal = new AbortController().signal

interface Started {
  readonly server: BatchServer
  readonly sts: StsServer
  readonly batch: ReturnType<typeof createBatch>
}

/** Batch and STS of a region, and a configuration whose environment `prod` is there, in another account. */
async function start(region = 'us-east-1'): Promise<Started> {
  const credentials = { accessKeyId: 'AKIAOWN', secretAccessKey: 'secret' }
  const sts = await startSts({ credentials, region })
  const server = await startBatchServer({
    region,
    credentials,
    credentialsOf: sts.credentialsOf,
    queues: { slack: {}, 'slack-on-demand': {} },
    jobDefinitions: { 'iot-log-export': { command: ['node'] } }
  })
  after(() => Promise.all([sts[Symbol.asyncDispose](), server.close()]))
  Object.assign(process.env, server.environment(), { AWS_ENDPOINT_URL_STS: sts.url })
  const document = referenceDocument()
  const { dev } = document.environments
  document.environments.prod = { ...dev, region, submit: { ...dev.submit, roleArn } }
  return { server, sts, batch: createBatch(parseConfig(document), realClock) }
}

const callersOf = ({ requests }: BatchServer): readonly (string | undefined)[] =>
  requests.map(({ accessKeyId }) => accessKeyId)

describe('Batch', () => {
  it('Batch gets the own credentials of the ingress when the environment names no role', async () => {
    const { server, sts, batch } = await start('ap-northeast-1')
    await batch.submit('dev', 'spotQueue', id, signal)
    assert.deepEqual([callersOf(server), sts.assumed], [['AKIAOWN'], []])
  })

  it('Batch gets credentials of the environment’s role, which is assumed once', async () => {
    const { server, sts, batch } = await start()
    const [first] = await Promise.all([
      batch.submit('prod', 'spotQueue', id, signal),
      batch.submit('prod', 'onDemandQueue', id, signal)
    ])
    await batch.terminate('prod', first.batchJobId, signal)
    assert.deepEqual(sts.assumed, [roleArn])
    assert.deepEqual(callersOf(server), Array(3).fill(sts.accessKeyIdOf(1)))
    assert.deepEqual(
      server
        .jobs()
        .map(({ queue }) => queue)
        .sort(),
      ['slack', 'slack-on-demand']
    )
    assert.equal(server.job(first.batchJobId)!.statusReason, 'Cancelled on request')
  })

  it('Batch gets new credentials when those of the role are about to expire', async () => {
    const { server, sts, batch } = await start()
    sts.lentSeconds = 60
    await batch.submit('prod', 'spotQueue', id, signal)
    await batch.submit('prod', 'spotQueue', id, signal)
    assert.ok(sts.assumed.length >= 2)
    assert.equal(callersOf(server).at(-1), sts.accessKeyIdOf(sts.assumed.length))
  })

  it('a submission is not retried, since a lost answer could mean two jobs', async () => {
    const { server, batch } = await start('ap-northeast-1')
    const refusals = [
      [
        { kind: 'error', type: 'ClientException' },
        { code: 'unavailable', subject: 'slack' }
      ],
      [{ kind: 'error', type: 'AccessDeniedException', status: 403 }, { code: 'denied' }],
      [{ kind: 'lost-answer' }, { code: 'unavailable' }]
    ] as const
    for (const [action, failure] of refusals) {
      server.faults.add({ times: 1, action })
      await assert.rejects(batch.submit('dev', 'spotQueue', id, signal), failure)
    }
    server.faults.add({ action: { kind: 'hang' } })
    await assert.rejects(batch.submit('dev', 'spotQueue', id, AbortSignal.timeout(100)), { name: 'TimeoutError' })
    assert.deepEqual([server.requests.length, server.jobs().length], [4, 1])
  })

  it('Batch gets no call for an unknown environment', async () => {
    const { batch } = await start()
    await assert.rejects(batch.submit('elsewhere', 'spotQueue', id, signal), { code: 'wrong-config' })
  })
})
