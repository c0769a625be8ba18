import { z } from 'zod'
import { logLevels } from './log-level.ts'

/*
 * What an environment needs beyond its bucket to be deployed by `infra/`: where its logs come from, how long they are
 * kept, on what it may spend. It stands in the one configuration so that one command checks all of it.
 */

const count = (minimum: number, maximum: number): z.ZodInt => z.int().min(minimum).max(maximum)
const accountId = z.string().regex(/^\d{12}$/, 'twelve digits')
const arn = z.string().regex(/^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:\S+$/, 'an ARN')
const subnet = z.string().regex(/^subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a subnet')
const securityGroup = z.string().regex(/^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a security group')

/** https://docs.aws.amazon.com/iot/latest/developerguide/topics.html: no quotes, since it stands in a rule's SQL. */
const topicFilter = z.string().regex(/^[^\s'"\\]{1,256}$/, 'an MQTT topic filter, without quotes and spaces')
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
const logGroup = z.string().regex(/^[\w./#-]{1,512}$/, 'the name of a log group')

const ingest = z.strictObject({
  topics: z.array(topicFilter).default([]).meta({ description: 'AWS IoT topics whose messages are kept.' }),
  logGroups: z.array(logGroup).default([]).meta({ description: 'Log groups of this account whose events are kept.' }),
  accounts: z.array(accountId).default([]).meta({
    description: 'Application accounts that may deliver: each gets a stream and a role for it alone.'
  })
})

/** As long as names of functions allow. */
const sinkName = z.string().regex(/^[a-z][a-z0-9_-]{0,19}$/, 'the name of a sink, at most 20 characters')

const forward = z.strictObject({
  domain: arn.optional().meta({ description: 'The OpenSearch domain or collection, where SigV4 signs for it.' }),
  secret: arn.optional().meta({ description: 'The secret with user and password of the sink.' }),
  vpc: z
    .string()
    .regex(/^vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a VPC')
    .optional()
    .meta({ description: 'Where the sink is private: its VPC; the forwarder gets a security group there.' }),
  subnets: z.array(subnet).default([]).meta({ description: 'Subnets of that VPC that reach the sink, S3 and SQS.' }),
  memoryMiB: count(256, 10_240).default(512),
  maxConcurrency: count(2, 1000).default(4).meta({ description: 'Calls at once: the pressure on the sink.' })
})

/** `environments.<name>.deploy`; everything has a default. */
export const deploySchema = z.strictObject({
  bucket: z.enum(['create', 'existing']).default('create').meta({
    description: 'Whether the bucket of the logs is made; rules and policy of an existing one stay its owner’s.'
  }),
  kmsKeys: z.array(arn).default([]).meta({
    description:
      'Keys that objects of an existing bucket are encrypted by; whoever reads and writes them may use these.'
  }),
  retentionDays: count(1, 3650).default(30).meta({ description: 'How long logs are kept.' }),
  rejectedDays: count(1, 3650).default(30).meta({ description: 'How long records that a sink refused are kept.' }),
  logLevel: z.enum(logLevels).optional().meta({
    description: 'How much the functions say, where it is not the logLevel of the whole configuration.'
  }),
  ingest: z.record(z.string(), ingest).default({}).meta({ description: 'By category: where its logs come from.' }),
  network: z.enum(['public', 'private', 'existing']).default('public').meta({
    description: 'public: tasks with a public address; private: VPC endpoints and a NAT gateway; existing: subnets.'
  }),
  subnets: z.array(subnet).default([]),
  securityGroups: z.array(securityGroup).default([]),
  architecture: z.enum(['x86_64', 'arm64']).default('x86_64').meta({ description: 'Of the tasks.' }),
  maxVcpus: count(1, 10_000).default(16).meta({ description: 'vCPUs of each queue at once: a cap on what it costs.' }),
  publicUrl: z
    .string()
    .regex(/^https:\/\/[^/\s]+(?:\/\S*)?$/, 'a URL that begins with https://')
    .optional()
    .meta({ description: 'Where Slack’s ingress is reached, for environments of other accounts or regions.' }),
  slackConcurrency: count(0, 1000).default(10).meta({ description: 'Reserved for the ingress; 0 reserves nothing.' }),
  exportScanGigabytes: count(1, 1_000_000)
    .default(2000)
    .meta({ description: 'An Athena query of an export ends there.' }),
  analystScanGigabytes: count(1, 1_000_000).default(200).meta({ description: 'An analyst’s query ends there.' }),
  alarmEmails: z.array(z.email()).default([]).meta({ description: 'Who gets the alarms, beside Slack.' }),
  monthlyBudgetUsd: count(1, 1_000_000).default(100).meta({ description: 'An alarm when a month costs more.' }),
  githubRepository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'owner/repository')
    .optional()
    .meta({
      description: 'The repository whose workflow may deploy, by OIDC.'
    }),
  githubProvider: z.enum(['create', 'existing']).default('create').meta({
    description: 'Whether GitHub’s OIDC provider is made: an account has one, which others may have made.'
  }),
  forward: z.record(sinkName, forward).default({}).meta({
    description: 'By sink: every new object is sent to it, by a queue and a function of its own.'
  })
})

/** What a person writes. */
export type DeployDocument = z.input<typeof deploySchema>
/** The same with all defaults. */
export type DeploySettings = z.output<typeof deploySchema>
