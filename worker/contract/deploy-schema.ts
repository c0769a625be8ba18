import * as z from 'zod'
import { logLevels } from './log-level.ts'

/*
 * What infra/ needs to deploy an environment: where its logs come from, how long they are kept, how much it may cost. It is
 * part of the one configuration, so that one command checks everything.
 */

const count = (minimum: number, maximum: number): z.ZodInt => z.int().min(minimum).max(maximum)
const accountId = z.string().regex(/^\d{12}$/, 'twelve digits')
const arn = z.string().regex(/^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:\S+$/, 'an ARN')
const subnet = z.string().regex(/^subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a subnet')
const securityGroup = z.string().regex(/^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a security group')

/** https://docs.aws.amazon.com/iot/latest/developerguide/topics.html: no quotes, since a rule has it in its SQL. */
const topicFilter = z.string().regex(/^[^\s'"\\]{1,256}$/, 'an MQTT topic filter, without quotes and spaces')
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
const logGroup = z.string().regex(/^[\w./#-]{1,512}$/, 'the name of a log group')

const ingest = z.strictObject({
  topics: z.array(topicFilter).default([]).meta({ description: 'AWS IoT topics whose messages are kept.' }),
  logGroups: z.array(logGroup).default([]).meta({ description: 'Log groups of this account whose events are kept.' }),
  accounts: z.array(accountId).default([]).meta({
    description: 'Application accounts that may deliver: each one gets its own stream and role.'
  })
})

/** Names of functions allow no longer ones. */
const sinkName = z.string().regex(/^[a-z][a-z0-9_-]{0,19}$/, 'the name of a sink, at most 20 characters')

const forward = z.strictObject({
  domain: arn.optional().meta({ description: 'ARN of the OpenSearch domain or collection, for auth es or aoss.' }),
  secret: arn.optional().meta({ description: 'ARN of the secret with user and password, for auth basic.' }),
  vpc: z
    .string()
    .regex(/^vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of a VPC')
    .optional()
    .meta({ description: 'The VPC of a private sink; the forwarder gets a security group there.' }),
  subnets: z.array(subnet).default([]).meta({ description: 'Subnets of that VPC that reach the sink, S3 and SQS.' }),
  memoryMiB: count(256, 10_240).default(512),
  maxConcurrency: count(2, 1000).default(4).meta({ description: 'Calls at once: limits the load on the sink.' })
})

/** `environments.<name>.deploy`; everything has a default. */
export const deploySchema = z.strictObject({
  bucket: z.enum(['create', 'existing']).default('create').meta({
    description: 'create: infra/ creates the bucket of the logs; existing: its owner keeps rules and policy.'
  }),
  kmsKeys: z.array(arn).default([]).meta({
    description: 'KMS keys that encrypt objects of an existing bucket; readers and writers get permission to use them.'
  }),
  retentionDays: count(1, 3650).default(30).meta({ description: 'How long logs are kept.' }),
  rejectedDays: count(1, 3650).default(30).meta({ description: 'How long records that a sink rejected are kept.' }),
  logLevel: z.enum(logLevels).optional().meta({
    description: 'How much the functions log; the default is the logLevel of the whole configuration.'
  }),
  ingest: z.record(z.string(), ingest).default({}).meta({ description: 'By category: where its logs come from.' }),
  network: z.enum(['public', 'private', 'existing']).default('public').meta({
    description:
      'public: tasks with a public address; private: VPC endpoints and a NAT gateway; existing: your subnets.'
  }),
  subnets: z.array(subnet).default([]),
  securityGroups: z.array(securityGroup).default([]),
  architecture: z.enum(['x86_64', 'arm64']).default('x86_64').meta({ description: 'Processors of the tasks.' }),
  maxVcpus: count(1, 10_000).default(16).meta({ description: 'vCPUs of each queue at once: limits the cost.' }),
  publicUrl: z
    .string()
    .regex(/^https:\/\/[^/\s]+(?:\/\S*)?$/, 'a URL that begins with https://')
    .optional()
    .meta({ description: 'URL of the ingress, for environments of other accounts or regions.' }),
  slackConcurrency: count(0, 1000).default(10).meta({ description: 'Reserved for the ingress; 0 reserves nothing.' }),
  exportScanGigabytes: count(1, 1_000_000)
    .default(2000)
    .meta({ description: 'Limit of an Athena query of an export.' }),
  analystScanGigabytes: count(1, 1_000_000).default(200).meta({ description: 'Limit of an analyst’s query.' }),
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
    description: 'create: infra/ creates GitHub’s OIDC provider; existing: the account has one, and can have no second.'
  }),
  forward: z.record(sinkName, forward).default({}).meta({
    description: 'By sink: its own queue and function send it the records of each new object.'
  })
})

/** With all defaults. */
export type DeploySettings = z.output<typeof deploySchema>
