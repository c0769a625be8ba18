import * as z from 'zod'
import { deploySchema } from './deploy-schema.ts'
import { parseLayout } from './layout.ts'
import { logLevels } from './log-level.ts'
import { sinkSchema } from './sink-schema.ts'
import { isTimeZone } from './time-zone.ts'

/*
 * The schema of iot-log.config.json. Editors get it as JSON Schema (iot-log.config.schema.json). Objects are strict: an
 * unknown key is a mistake, never ignored.
 */

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'lower-case letters, digits, - and _, beginning with a letter, at most 40')
const storeUrl = z
  .string()
  .regex(
    /^(?:s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/.*)?|file:\/\/\/.*)$/,
    's3://bucket[/prefix] or file:///directory'
  )
const layoutTemplate = z.string().superRefine((template, context) => {
  const parsed = parseLayout(template)
  if ('problem' in parsed) context.addIssue({ code: 'custom', message: parsed.problem })
})
const keyPrefix = z.string().regex(/^(?:[^/].*\/)?$/, 'a key prefix that ends with a slash and does not begin with one')
/** A name of Glue that needs no quotes anywhere: https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html */
const glueName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and _, beginning with a letter, at most 40')
const workgroup = z.string().regex(/^[a-zA-Z0-9._-]{1,128}$/, 'letters, digits, . _ and -, at most 128')
const count = (minimum: number, maximum: number): z.ZodInt => z.int().min(minimum).max(maximum)

/** The keys of a category, without defaults: an environment may change each of them. */
const categoryKeys = (formatNames: readonly string[] | undefined) => ({
  aliases: z.array(name).meta({ description: 'Other words for this category.' }),
  layout: layoutTemplate.meta({
    description:
      'Key prefix with {yyyy} {MM} {dd}, and {HH} if each hour has a prefix; {M} {d} {H} have no leading zeros. *, {account} and {region} stand for one segment of the key. {identifier} names the device of all records of the object.'
  }),
  timeZone: z
    .string()
    .refine(isTimeZone, 'a time zone such as Asia/Tokyo or UTC')
    .meta({ description: 'The time zone of local times in keys and records; UTC by default.' }),
  format: (formatNames ? z.enum(formatNames) : z.string()).meta({ description: 'How bytes become records.' }),
  table: glueName.meta({ description: 'Glue table of the raw lines; without one Athena cannot read the category.' }),
  exclude: z.array(z.string().min(1)).meta({
    description: 'Keys not to read, such as error prefixes: * stands for any text, ? for one character.'
  }),
  lookaheadHours: count(0, 744).meta({
    description:
      'How long after their time records may still arrive: so many hours past a window of record time are read.'
  }),
  identifierAliases: z
    .record(z.string().min(1), z.string().regex(/^\P{Cc}{3,256}$/u, '3 to 256 characters, no control characters'))
    .meta({
      description: 'Words that people use for a text in the lines: { "client_id": "clientId" }.'
    })
})
type CategoryKeys = ReturnType<typeof categoryKeys>

const categorySchema = (keys: CategoryKeys) =>
  z.strictObject({
    ...keys,
    aliases: keys.aliases.default([]),
    format: keys.format.default('lines'),
    table: keys.table.optional(),
    timeZone: keys.timeZone.optional(),
    exclude: keys.exclude.default([]),
    lookaheadHours: keys.lookaheadHours.default(1),
    identifierAliases: keys.identifierAliases.default({})
  })

const slackIds = z.array(z.string().regex(/^[A-Z0-9]+$/, 'a Slack id'))
const accessKeys = { teams: slackIds, channels: slackIds, users: slackIds, admins: slackIds }

const environmentKeys = {
  source: storeUrl.meta({ description: 'Where the logs are: s3://bucket[/prefix] or file:///directory.' }),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'an AWS region such as ap-northeast-1')
    .optional(),
  pathStyle: z
    .boolean()
    .default(false)
    .meta({ description: 'Path-style addressing, as S3-compatible servers need it.' }),
  account: z
    .string()
    .regex(/^\d{12}$/, 'twelve digits')
    .optional()
    .meta({
      description: 'The account that must own the buckets; every call checks it.'
    }),
  requesterPays: z
    .boolean()
    .default(false)
    .meta({ description: 'For buckets whose owner lets the reader pay (request-payer: requester).' }),
  submit: z
    .strictObject({
      spotQueue: z.string().min(1),
      onDemandQueue: z.string().min(1),
      jobDefinition: z.string().min(1),
      roleArn: z.string().regex(/^arn:/, 'an ARN').nullable().default(null)
    })
    .optional()
    .meta({ description: 'Where jobs of this environment run, and the role to assume to submit them.' }),
  athena: z
    .strictObject({ database: glueName, workgroup, analystWorkgroup: workgroup })
    .optional()
    .meta({ description: 'The Glue database of the tables, and the workgroups of exports and of saved queries.' }),
  access: z.strictObject(accessKeys).partial().optional().meta({
    description: 'Keys of access that differ in this environment.'
  }),
  deploy: deploySchema.optional().meta({ description: 'How infra/ deploys this environment; needs `submit`.' }),
  sinks: z.record(name, sinkSchema).default({}).meta({
    description: 'Where records can be forwarded to, by the names for --to.'
  })
}

const environmentSchema = (keys: CategoryKeys) =>
  z.strictObject({
    ...environmentKeys,
    categories: z.record(name, z.strictObject(keys).partial()).default({}).meta({
      description: 'Keys of categories that differ in this environment.'
    })
  })

const output = z.strictObject({
  prefix: keyPrefix.default('slack/iot-logs/').meta({ description: 'Key prefix of archives and job records.' }),
  linkMinutes: count(1, 10_080).default(60),
  expiryDays: count(1, 365).default(1),
  store: storeUrl.optional().meta({ description: 'Where results are stored; the default is beside the logs.' })
})

const forward = z.strictObject({
  prefix: keyPrefix
    .default('forward/')
    .meta({ description: 'Key prefix, in the store of results, of records that a sink rejected.' })
})

const gibibyte = 1024 ** 3
const limits = z.strictObject({
  maxIdentifiers: count(1, 50).default(50),
  maxDays: count(1, 366).default(7),
  scanMinutes: count(1, 1440).default(20),
  jobMinutes: count(1, 10_080).default(60).meta({
    description:
      'Time-out of an attempt; infra/ writes it into the job definition. A job that is silent for an hour longer counts as lost.'
  }),
  maxObjects: count(1, 10_000_000).default(2_000_000),
  // Below 1 MiB the limit could not be kept exactly: lines inside one decompressed block are not measured.
  maxLineBytes: count(1024 ** 2, gibibyte).default(64 * 1024 ** 2),
  // No deflate stream exceeds 1032:1 (https://www.zlib.net/zlib_tech.html), so more would be no limit.
  maxRatio: count(10, 1032).default(200),
  maxArchiveBytes: count(1024 ** 2, 600 * gibibyte).default(50 * gibibyte),
  runningJobsPerUser: count(1, 100).default(2)
})

/**
 * The whole of iot-log.config.json. `formatNames` are those that a category may have; any name passes without them.
 * Formats stand above this folder, so an entry point brings the names of worker/formats/registry.ts.
 */
export function configSchema(formatNames?: readonly string[]) {
  const keys = categoryKeys(formatNames)
  return z.strictObject({
    $schema: z.string().optional(),
    defaultEnvironment: name,
    environments: z.record(name, environmentSchema(keys)),
    categories: z.record(name, categorySchema(keys)),
    output: output.prefault({}),
    limits: limits.prefault({}),
    forward: forward.prefault({}),
    logLevel: z.enum(logLevels).default('info').meta({
      description: 'How much the container and the functions log. No level logs content of the logs.'
    }),
    access: z
      .strictObject({
        teams: accessKeys.teams.default([]),
        channels: accessKeys.channels.default([]),
        users: accessKeys.users.default([]),
        admins: accessKeys.admins.default([])
      })
      .prefault({})
  })
}
export type ConfigSchema = ReturnType<typeof configSchema>

/** A configuration as the schema gives it back: complete, defaults filled in. */
export type ConfigDocument = z.output<ConfigSchema>
export type CategorySettings = ConfigDocument['categories'][string]
export type EnvironmentSettings = ConfigDocument['environments'][string]
export type Limits = ConfigDocument['limits']
export type SinkSettings = EnvironmentSettings['sinks'][string]

/** JSON Schema (draft 2020-12) of what a person writes, for editors. */
export function configJsonSchema(formatNames: readonly string[]): object {
  return z.toJSONSchema(configSchema(formatNames), { io: 'input' })
}
