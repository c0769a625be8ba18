import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseConfig } from '../../../worker/contract/config.ts'
import { ProblemsError } from '../../../worker/contract/errors.ts'
import { referenceDocument } from '../../support/configurations.ts'

function problemsOf(deploy: object, sinks: object = {}): string[] {
  const document = referenceDocument()
  document.environments.dev.deploy = deploy
  document.environments.dev.sinks = sinks
  try {
    parseConfig(document)
  } catch (error) {
    assert.ok(error instanceof ProblemsError)
    return error.problems.map(({ text }) => text)
  }
  return []
}

it('a deployment names categories that there are, and what goes together', () => {
  assert.deepEqual(
    problemsOf({
      ingest: { telemetri: { topics: ['a/#'] } },
      network: 'existing'
    }),
    [
      'environments.dev.deploy.ingest: "telemetri": no such category; did you mean "telemetry"?',
      'environments.dev.deploy.network: "existing": subnets and securityGroups are needed, too'
    ]
  )
  assert.deepEqual(problemsOf({ subnets: ['subnet-0a1b2c3d'] }), [
    'environments.dev.deploy.network: "public": only an existing network takes subnets and securityGroups'
  ])
})

const elk = { type: 'logstash', url: 'https://elk.example:9200' }
const search = { type: 'opensearch', url: 'https://search.example' }
const domain = 'arn:aws:es:ap-northeast-1:111111111111:domain/logs'
const secret = 'arn:aws:secretsmanager:ap-northeast-1:111111111111:secret:elk-AbCdEf'

it('keys are refused for a bucket that is created', () => {
  const kmsKeys = ['arn:aws:kms:ap-northeast-1:111111111111:key/0a1b2c3d']
  assert.deepEqual(problemsOf({ bucket: 'existing', kmsKeys }), [])
  assert.match(
    problemsOf({ kmsKeys }).join(),
    /^environments\.dev\.deploy\.kmsKeys: .*only an existing bucket has own keys/
  )
})

it('a forwarder has a sink that there is', () => {
  assert.deepEqual(problemsOf({ forward: { elkk: {}, other: {} } }, { elk, search }), [
    'environments.dev.deploy.forward: "elkk": no such sink; did you mean "elk"?',
    'environments.dev.deploy.forward: "other": no such sink; known: elk, search'
  ])
  assert.deepEqual(problemsOf({ forward: { elk: {} } }), [
    'environments.dev.deploy.forward: "elk": no such sink; the environment has no sinks'
  ])
})

it('a forwarder has what its sink wants, and nothing else', () => {
  const sinks = {
    elk: { ...elk, auth: 'basic', caFile: '/etc/ssl/elk.pem' },
    search: { ...search, auth: 'aoss' },
    open: search
  }
  const forward = { elk: { vpc: 'vpc-0a1b2c3d' }, search: { domain }, open: { domain, secret } }
  assert.deepEqual(problemsOf({ forward }, sinks), [
    'environments.dev.deploy.forward.elk.subnets: []: subnets and vpc need each other',
    'environments.dev.deploy.forward.elk.secret: missing: auth of the sink is basic: the ARN of its secret is needed',
    'environments.dev.sinks.elk.caFile: "/etc/ssl/elk.pem": a function can read only files beside the configuration',
    `environments.dev.deploy.forward.search.domain: "${domain}": auth of the sink is aoss: an ARN of aoss is needed`,
    `environments.dev.deploy.forward.open.domain: "${domain}": auth of the sink is none: no domain is needed`,
    `environments.dev.deploy.forward.open.secret: "${secret}": auth of the sink is none: no secret is needed`
  ])
  const right = { elk: { ...elk, auth: 'basic', caFile: 'elk.pem' }, search: { ...search, auth: 'es' } }
  assert.deepEqual(problemsOf({ forward: { elk: { secret }, search: { domain } } }, right), [])
})

it('the authority of a sink lies beside the configuration, however that is written', () => {
  const problems = (caFile: string): string[] => problemsOf({ forward: { elk: {} } }, { elk: { ...elk, caFile } })
  for (const beside of ['elk.pem', './elk.pem', './/./elk.pem']) assert.deepEqual(problems(beside), [])
  for (const elsewhere of ['../elk.pem', './../elk.pem', './', './..', 'ca/elk.pem']) {
    assert.match(problems(elsewhere).join(), /beside the configuration/, elsewhere)
  }
})

it('a topic can’t leave the statement of its rule, and unknown keys are mistakes', () => {
  assert.match(problemsOf({ ingest: { telemetry: { topics: ["a' WHERE true"] } } }).join(), /an MQTT topic filter/)
  assert.match(problemsOf({ retentionDay: 3 }).join(), /retentionDay: unknown key; did you mean "retentionDays"\?/)
})

it('nothing has to be said', () => {
  assert.deepEqual(problemsOf({}), [])
})
