import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseConfig } from '../../../worker/contract/config.ts'
import { ProblemsError } from '../../../worker/contract/errors.ts'
import { readForwardSettings } from '../../../worker/forward/forward-settings.ts'
import { createSinkLogin } from '../../../worker/forward/sink-secret.ts'
import { referenceDocument } from '../../support/configurations.ts'

const url = 'https://search.example.com'

function configWith(sinks: object) {
  const document = referenceDocument()
  document.environments.dev.sinks = sinks
  return parseConfig(document)
}

function problemsOf(sink: object): string {
  try {
    configWith({ search: { type: 'opensearch', url, ...sink } })
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('the sinks of a configuration', () => {
  it('all mistakes of sinks are reported with their keys', () => {
    assert.equal(problemsOf({}), '')
    assert.equal(problemsOf({ url: 'http://localhost:9200', auth: 'basic' }), '')
    assert.match(
      problemsOf({ url: 'http://search.example.com', auth: 'basic' }),
      /url: .*credentials go over https only/
    )
    assert.match(problemsOf({ url: 'https://user:secret@search.example.com' }), /without user/)
    assert.match(problemsOf({ type: 'logstash', auth: 'es' }), /auth: .*Logstash takes none or basic/)
    assert.match(problemsOf({ index: 'Logs-{category}' }), /lower-case letters/)
    assert.match(problemsOf({ index: 'logs-{yyyy}' }), /\{category\} is missing/)
    assert.match(problemsOf({ timeZone: 'Asia/Tokio' }), /a time zone such as/)
    assert.match(problemsOf({ include: ['('] }), /include\.0: .*a regular expression/)
    assert.match(
      problemsOf({ categories: ['telemetri'] }),
      /categories: "telemetri": no such category; did you mean "telemetry"/
    )
    assert.match(problemsOf({ adFields: {} }), /unknown key; did you mean "addFields"/)
  })
})

describe('the settings of the function', () => {
  const two = { search: { type: 'opensearch', url }, elk: { type: 'logstash', url } }

  it('the function takes the only sink, or the named one', () => {
    assert.equal(readForwardSettings(configWith({ search: two.search }), {}).sink.name, 'search')
    assert.equal(readForwardSettings(configWith(two), { IOT_LOG_SINK: 'elk' }).sink.name, 'elk')
    assert.throws(() => readForwardSettings(configWith(two), {}), /Choose one of the sinks: search, elk/)
    assert.throws(() => readForwardSettings(configWith({}), {}), /has no sinks/)
  })

  it('all mistakes of settings are reported at once', () => {
    const wrong = {
      IOT_LOG_QUEUE_URL: 'queue',
      IOT_LOG_MAX_RECEIVES: '0',
      IOT_LOG_LEVEL: 'loud',
      IOT_LOG_ENVIRONMENT: 'x'
    }
    assert.throws(
      () => readForwardSettings(configWith(two), wrong),
      (error: ProblemsError) => error instanceof ProblemsError && error.problems.length === 4
    )
  })
})

describe('the login of a sink', () => {
  const now = (): number => 0

  it('a login comes from the environment, and a wrong one is not printed', async () => {
    const text = '{"username":"u","password":"p","host":"what Secrets Manager adds"}'
    assert.deepEqual(await createSinkLogin({ IOT_LOG_SINK_SECRET: text }, now)(), { username: 'u', password: 'p' })
    await assert.rejects(createSinkLogin({}, now)(), /set IOT_LOG_SINK_SECRET_ID/)
    await assert.rejects(createSinkLogin({ IOT_LOG_SINK_SECRET: '{"username":"hush' }, now)(), (error: Error) => {
      assert.doesNotMatch(error.message, /hush/)
      return true
    })
  })
})
