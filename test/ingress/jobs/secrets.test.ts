import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, describe, it } from 'node:test'
import { cacheSecrets, parseSecrets, secretsReader } from '../../../ingress/jobs/secrets.ts'
import { slackSecretsSchema } from '../../../ingress/slack/secrets.ts'
import { listen } from '../../stand-ins/s3/connections.ts'
import { startHarness } from '../harness.ts'

const secrets = { signingSecrets: ['one', 'two'], botToken: 'xoxb-1', linkKeys: ['0123456789abcdef'] }
const text = JSON.stringify(secrets)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('secrets', () => {
  it('secrets are read once in five minutes for any number of requests', async () => {
    let nowMs = 0
    let reads = 0
    const source = cacheSecrets(
      async () => {
        reads++
        return text
      },
      slackSecretsSchema,
      () => nowMs,
      (error) => assert.fail(String(error))
    )
    await Promise.all([source(), source(), source()])
    assert.deepEqual([await source(), reads], [secrets, 1])
    nowMs = 5 * 60_000
    await source()
    await source()
    assert.equal(reads, 2)
  })

  it('secrets stay in force when a later read fails, but the first read must succeed', async () => {
    let nowMs = 0
    let answer = (): Promise<string> => Promise.reject(new Error('silence'))
    const stale: unknown[] = []
    const source = cacheSecrets(
      () => answer(),
      slackSecretsSchema,
      () => nowMs,
      (error) => void stale.push(error)
    )
    await assert.rejects(source(), /silence/)
    answer = async () => text
    assert.deepEqual(await source(), secrets)
    answer = () => Promise.reject(new Error('silence'))
    nowMs = 6 * 60_000
    assert.deepEqual(await source(), secrets)
    await turn()
    assert.equal(stale.length, 1)
    answer = async () => JSON.stringify({ ...secrets, signingSecrets: ['three'] })
    nowMs = 8 * 60_000
    assert.deepEqual((await source()).signingSecrets, ['one', 'two'])
    await turn()
    assert.deepEqual((await source()).signingSecrets, ['three'])
  })

  it('a request does not wait while secrets are read again', async () => {
    let nowMs = 0
    let answer = Promise.resolve(text)
    const source = cacheSecrets(
      () => answer,
      slackSecretsSchema,
      () => nowMs,
      (error) => assert.fail(String(error))
    )
    await source()
    answer = new Promise<never>(() => {})
    nowMs = 6 * 60_000
    assert.deepEqual(await source(), secrets)
    assert.deepEqual(await source(), secrets)
  })

  it('a read of secrets times out when Secrets Manager stops in the middle of its answer', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '100' }).write('{"Sec')
    })
    const connections = await listen(server, 0)
    after(() => connections.shut())
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${connections.port}`,
      AWS_REGION: 'ap-northeast-1',
      AWS_ACCESS_KEY_ID: 'A',
      AWS_SECRET_ACCESS_KEY: 'B'
    })
    const startMs = performance.now()
    await assert.rejects(secretsReader({ IOT_LOG_SECRET_ID: 'iot-log' })(), { code: 'unavailable' })
    assert.ok(performance.now() - startMs < 4_000)
  })

  it('wrong secrets are rejected without their values in the message', () => {
    const wrong = [
      '',
      'hush-hush',
      '{}',
      JSON.stringify({ ...secrets, signingSecrets: [] }),
      JSON.stringify({ ...secrets, linkKeys: ['hush'] }),
      JSON.stringify({ ...secrets, hush: 1 })
    ]
    for (const one of wrong) {
      assert.throws(
        () => parseSecrets(one, slackSecretsSchema),
        (error: Error) => !error.message.includes('hush-') && /secrets/.test(error.message)
      )
    }
    assert.throws(
      () => parseSecrets(JSON.stringify({ ...secrets, linkKeys: ['hush'] }), slackSecretsSchema),
      /linkKeys\.0/
    )
  })

  it('secrets come from the environment, or from Secrets Manager when the environment names a secret', async () => {
    assert.equal(await secretsReader({ IOT_LOG_SECRETS: text })(), text)
    assert.throws(() => secretsReader({}), { code: 'wrong-config' })
    const asked: unknown[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      asked.push([request.headers['x-amz-target'], JSON.parse(body)])
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ SecretString: text }))
    })
    const connections = await listen(server, 0)
    after(() => connections.shut())
    const url = `http://127.0.0.1:${connections.port}`
    const aws = {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      AWS_REGION: 'ap-northeast-1',
      AWS_ACCESS_KEY_ID: 'A',
      AWS_SECRET_ACCESS_KEY: 'B'
    }
    Object.assign(process.env, aws)
    assert.equal(await secretsReader({ IOT_LOG_SECRETS: 'other', IOT_LOG_SECRET_ID: 'iot-log' })(), text)
    assert.deepEqual(asked, [['secretsmanager.GetSecretValue', { SecretId: 'iot-log' }]])
  })

  it('a request waits for secrets no longer than its budget', async () => {
    const harness = await startHarness({ isSilent: true, budgetMs: 300, environment: { IOT_LOG_SECRET_ID: 'iot-log' } })
    const silent = await listen(createServer(), 0)
    after(() => silent.shut())
    process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = `http://127.0.0.1:${silent.port}`
    assert.equal(await harness.type('THING00001 telemetry 2023/10/01'), 'HTTP 500')
    assert.equal(harness.clock.nowMs(), 300)
    assert.deepEqual(harness.jobs(), [])
  })
})
