import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { planDeployments } from '../../infra/deployment.ts'
import { parseSizing, readSizing } from '../../infra/sizing.ts'
import { parseConfig } from '../../worker/contract/config.ts'
import { ProblemsError } from '../../worker/contract/errors.ts'
import { referenceDocument } from '../support/configurations.ts'
import { everything, forwarding } from './apps.ts'

type Document = ReturnType<typeof referenceDocument>

function planOf(change: (document: Document) => void) {
  const document = referenceDocument()
  change(document)
  return planDeployments(parseConfig(document))
}

function problemsOf(change: (document: Document) => void): string[] {
  try {
    planOf(change)
  } catch (error) {
    assert.ok(error instanceof ProblemsError, String(error))
    assert.equal(error.code, 'wrong-config')
    return error.problems.map(({ text }) => text)
  }
  return assert.fail('nothing was wrong')
}

describe('what is deployed', () => {
  it('is every environment that runs jobs; the default one has the ingress', () => {
    const { deployments, leftOut } = planOf(everything)
    assert.deepEqual(
      deployments.map(({ name, isHome, home }) => [name, isHome, home.prefix]),
      [
        ['dev', true, 'iot-log-dev'],
        ['stg', false, 'iot-log-dev'],
        ['prod', false, 'iot-log-dev']
      ]
    )
    assert.deepEqual(
      leftOut.map(({ name }) => name),
      ['archive']
    )
  })

  it('keeps results where the worker and the ingress do', () => {
    const { deployments } = planOf(everything)
    assert.deepEqual(
      deployments.map(({ results, expiring }) => [results, expiring]),
      [
        [{ bucket: 'dev-iot-logs', prefix: 'slack/iot-logs/' }, 'slack/'],
        [{ bucket: 'stg-iot-logs', prefix: 'fleet/slack/iot-logs/' }, 'fleet/slack/'],
        [{ bucket: 'prod-iot-logs', prefix: 'slack/iot-logs/' }, 'slack/']
      ]
    )
  })

  it('has defaults for all that deploy does not say', () => {
    const { deployments } = planOf((document) => {
      delete document.environments.dev.deploy
    })
    const { retentionDays, rejectedDays, network, maxVcpus } = deployments[0]!.settings
    assert.deepEqual([retentionDays, rejectedDays, network, maxVcpus], [30, 30, 'public', 16])
  })
})

describe('what can’t be deployed', () => {
  it('all mistakes of a deployment are reported at once', () => {
    const problems = problemsOf((document) => {
      delete document.environments.dev.account
      delete document.environments.dev.region
      document.environments.dev.pathStyle = true
      document.environments.dev.submit.spotQueue = 'arn:aws:batch:us-east-1:111111111111:job-queue/slack'
    })
    assert.deepEqual(problems, [
      'environments.dev.account: missing: it says where to deploy',
      'environments.dev.region: missing: it says where to deploy',
      'environments.dev.pathStyle: true: only buckets of AWS can be deployed',
      'environments.dev.submit.spotQueue: arn:aws:batch:us-east-1:111111111111:job-queue/slack: a name is needed, not an ARN'
    ])
  })

  it('is an environment elsewhere that does not say how it is reached', () => {
    const problems = problemsOf((document) => {
      document.environments.prod = {
        ...document.environments.dev,
        source: 's3://prod-logs',
        account: '222222222222',
        deploy: {}
      }
    })
    assert.deepEqual(problems, [
      'environments.prod.deploy.publicUrl: missing: the ingress is deployed with dev, in another account or region',
      'environments.prod.submit.roleArn: missing: jobs are submitted from account 111111111111, by a role of this one'
    ])
  })

  it('is what another environment makes under the same name, and a role that would get another ARN', () => {
    const problems = problemsOf((document) => {
      const { dev } = document.environments
      document.environments.stg = {
        ...dev,
        submit: { ...dev.submit, spotQueue: 'slack-on-demand', jobDefinition: 'stg' },
        athena: undefined
      }
      document.environments.prod = {
        ...dev,
        source: 's3://prod-logs',
        account: '222222222222',
        submit: { ...dev.submit, roleArn: 'arn:aws:iam::222222222222:role/team/submit' },
        deploy: { publicUrl: 'https://logs.example.com' }
      }
    })
    assert.deepEqual(problems, [
      'environments.prod.submit.roleArn: arn:aws:iam::222222222222:role/team/submit: the ARN of a role without a path is needed',
      'environments.stg.submit.spotQueue: slack-on-demand: the queue of environments.dev.submit.onDemandQueue has this name',
      'environments.stg.submit.onDemandQueue: slack-on-demand: the queue of environments.dev.submit.onDemandQueue has this name',
      'environments.stg.source: dev-iot-logs: the bucket of environments.dev.source has this name'
    ])
  })

  it('is a category whose streams would have names that are too long', () => {
    const ingesting = (ingest: object) => (document: Document) => {
      document.categories['application-logs-of-people'] = { layout: 'app/{yyyy}/{MM}/{dd}/' }
      document.environments['staging-of-the-fleet'] = {
        ...document.environments.dev,
        source: 's3://other-logs',
        submit: { spotQueue: 'other', onDemandQueue: 'other-on-demand', jobDefinition: 'other' },
        athena: undefined,
        deploy: { ingest: { 'application-logs-of-people': ingest } }
      }
    }
    const accounts = ['222222222222']
    assert.deepEqual(problemsOf(ingesting({ accounts })), [
      'environments.staging-of-the-fleet.deploy.ingest.application-logs-of-people: 22 letters at most fit into names of streams'
    ])
    assert.equal(planOf(ingesting({ logGroups: ['/app'] })).deployments.length, 2)
  })

  it('is a layout whose logs would expire with the results, and results in the root of the bucket', () => {
    assert.deepEqual(
      problemsOf((document) => {
        document.categories.telemetry.layout = 'slack/{yyyy}/{MM}/{dd}/'
      }),
      ['categories.telemetry.layout: slack/{yyyy}/{MM}/{dd}/: results expire under slack/']
    )
    assert.deepEqual(
      problemsOf((document) => {
        document.categories.telemetry.layout = '{yyyy}/{MM}/{dd}/'
      }),
      ['categories.telemetry.layout: {yyyy}/{MM}/{dd}/: results expire under slack/']
    )
    assert.deepEqual(
      problemsOf((document) => {
        document.output.prefix = ''
      }),
      ['output.prefix: empty, in the bucket of the logs: the rule that expires results would take them']
    )
  })

  it('is a place of rejected records that expires with the results, or lies among the logs', () => {
    assert.deepEqual(
      problemsOf((document) => {
        document.forward = { prefix: 'slack/forward/' }
      }),
      ['forward.prefix: slack/forward/: results expire under slack/']
    )
    assert.deepEqual(
      problemsOf((document) => {
        forwarding(document)
        document.output = { prefix: '', store: 's3://dev-results' }
      }),
      ['forward.prefix: forward/: results expire everywhere in their bucket']
    )
    assert.deepEqual(
      problemsOf((document) => {
        document.forward = { prefix: 'telemetry/' }
      }),
      [
        'categories.telemetry.layout: telemetry/{yyyy}/{MM}/{dd}/{HH}/: records that sinks refused are kept under telemetry/rejected/'
      ]
    )
  })

  it('is logs on a disk, and a configuration without jobs', () => {
    assert.match(
      problemsOf((document) => {
        document.environments.dev.source = 'file:///var/logs'
      }).join(),
      /environments\.dev\.source: file:\/\/\/var\/logs: only s3/
    )
    assert.deepEqual(
      problemsOf((document) => {
        delete document.environments.dev.submit
      }),
      ['environments: none has submit: there is nothing to deploy']
    )
  })
})

describe('infra/sizing.json', () => {
  it('has a size that Fargate has', () => {
    const { vcpu, memoryMiB } = readSizing()
    assert.deepEqual([vcpu, memoryMiB], [1, 2048])
  })

  it('with another is refused', () => {
    const sizeOf = (vcpu: number, memoryMiB: number) => ({ job: { vcpu, memoryMiB, ephemeralGiB: 21 }, basis: 'x' })
    assert.equal(parseSizing(sizeOf(16, 122_880)).vcpu, 16)
    for (const [vcpu, memory] of [
      [1, 1024],
      [1, 2500],
      [3, 8192],
      [0.25, 4096]
    ] as const) {
      assert.throws(() => parseSizing(sizeOf(vcpu, memory)), /infra\/sizing\.json: job: .*Fargate has/)
    }
  })
})
