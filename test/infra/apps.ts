import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildApp } from '../../infra/app.ts'
import { type BundleName, bundles } from '../../infra/bundles.ts'
import { parseSizing } from '../../infra/sizing.ts'
import { parseConfig } from '../../worker/contract/config.ts'
import { referenceDocument } from '../support/configurations.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/*
 * The app as it is synthesised, with bundles of one line: what templates say does not depend on what is in them.
 */

export interface Synthesised {
  /** Templates by stack name. */
  readonly templates: ReadonlyMap<string, Template>
  readonly leftOut: readonly string[]
  /** Findings of cdk-nag and of CloudFormation's validation, by name. */
  readonly findings: readonly string[]
}

export interface Resource {
  readonly Type: string
  readonly Properties: Readonly<Record<string, never>> & ReturnType<typeof JSON.parse>
  readonly DeletionPolicy?: string
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>
}

export const release = '9.9.9-abcdefabcdef'

export interface SynthesisOptions {
  /** Which bundles are there. */
  readonly parts?: readonly BundleName[]
  /** Where the assembly stays. Default: it goes away. */
  readonly outdir?: string
  /** Whether CloudFormation's validation runs, too: it takes seconds. */
  readonly isValidated?: boolean
}

/** Synthesises a configuration: the reference one, changed. */
export function synthesise(
  change: (document: ReturnType<typeof referenceDocument>) => void = () => {},
  { parts = ['worker', 'slack', 'job-events', 'forward'], isValidated = false, outdir: kept }: SynthesisOptions = {}
): Synthesised {
  process.env.CDK_VALIDATION = String(isValidated)
  // Templates name what is uploaded by its hash: copies of it would take longer than all the rest.
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:disable-asset-staging': true })
  using place = temporaryDirectory()
  const document = referenceDocument()
  change(document)
  const configPath = join(place.path, 'iot-log.config.json')
  writeFileSync(configPath, JSON.stringify(document))
  const dist = join(place.path, 'dist')
  mkdirSync(dist)
  for (const entry of parts.flatMap((part) => bundles[part])) writeFileSync(join(dist, entry), 'export {}\n')
  const outdir = kept ?? join(place.path, 'out')
  const leftOut: string[] = []
  const app = buildApp({
    config: parseConfig(document),
    configPath,
    dist,
    staging: join(place.path, 'staging'),
    release,
    size: parseSizing({ job: { vcpu: 1, memoryMiB: 2048, ephemeralGiB: 21 }, basis: 'a test' }),
    outdir,
    onLeftOut: (text) => leftOut.push(text)
  })
  const assembly = app.synth()
  const templates = assembly.stacks.map((stack) => [stack.stackName, stack.template as Template] as const)
  return { templates: new Map(templates), leftOut, findings: findingsOf(join(outdir, 'validation-report.json')) }
}

function findingsOf(path: string): string[] {
  const { pluginReports } = JSON.parse(readFileSync(path, 'utf8')) as {
    pluginReports: { violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[] }[]
  }
  return pluginReports.flatMap(({ violations }) =>
    violations.map(({ ruleName, violatingConstructs }) => {
      return `${ruleName}: ${violatingConstructs.map(({ constructPath }) => constructPath).join(', ')}`
    })
  )
}

const logstash = { type: 'logstash', url: 'https://elk.internal:9200' }

/** The reference configuration with one forwarder. */
export function forwarding(document: ReturnType<typeof referenceDocument>): void {
  document.environments.dev.deploy.forward = { elk: {} }
  document.environments.dev.sinks = { elk: logstash }
}

/** Everything that can be configured, in three environments of two accounts. */
export function everything(document: ReturnType<typeof referenceDocument>): void {
  document.categories.app = { layout: 'app/year={yyyy}/month={MM}/day={dd}/', table: 'app' }
  document.environments.dev.deploy = {
    ...document.environments.dev.deploy,
    architecture: 'arm64',
    network: 'private',
    alarmEmails: ['ops@example.com'],
    githubRepository: 'example/iot-log',
    ingest: {
      ...document.environments.dev.deploy.ingest,
      app: { logGroups: ['/aws/lambda/app'], accounts: ['222222222222', '333333333333'] }
    },
    rejectedDays: 14,
    logLevel: 'detailed',
    forward: {
      search: { domain: 'arn:aws:es:ap-northeast-1:111111111111:domain/logs' },
      serverless: { domain: 'arn:aws:aoss:ap-northeast-1:111111111111:collection/abc' },
      elk: {
        secret: 'arn:aws:secretsmanager:ap-northeast-1:111111111111:secret:elk-AbCdEf',
        vpc: 'vpc-0a1b2c3d',
        subnets: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d']
      }
    }
  }
  document.environments.dev.sinks = {
    search: { type: 'opensearch', url: 'https://search.example', auth: 'es' },
    serverless: { type: 'opensearch', url: 'https://serverless.example', auth: 'aoss' },
    elk: { ...logstash, auth: 'basic' }
  }
  document.environments.stg = {
    source: 's3://stg-iot-logs/fleet',
    region: 'ap-northeast-1',
    account: '111111111111',
    submit: { spotQueue: 'stg-spot', onDemandQueue: 'stg-on-demand', jobDefinition: 'stg-export' },
    deploy: {
      bucket: 'existing',
      kmsKeys: ['arn:aws:kms:ap-northeast-1:111111111111:key/0a1b2c3d'],
      network: 'existing',
      subnets: ['subnet-2a1b2c3d'],
      securityGroups: ['sg-2a1b2c3d']
    }
  }
  document.environments.prod = {
    source: 's3://prod-iot-logs',
    region: 'us-east-1',
    account: '444444444444',
    submit: {
      spotQueue: 'slack',
      onDemandQueue: 'slack-on-demand',
      jobDefinition: 'iot-log-export',
      roleArn: 'arn:aws:iam::444444444444:role/iot-log-prod-submit'
    },
    athena: { database: 'iot_logs', workgroup: 'exports', analystWorkgroup: 'analysts' },
    deploy: { publicUrl: 'https://logs.example.com' }
  }
  document.environments.archive = { source: 's3://old-logs', region: 'us-east-1' }
}
