import * as z from 'zod'
import { isTimeZone } from './time-zone.ts'

/*
 * The schema of `sinks`: where records are forwarded to. Secrets never stand here: they come from AWS Secrets Manager or
 * environment variables.
 */

/** Names of indexes: lower case, and none of the characters that https://docs.opensearch.org/latest/api-reference/index-apis/create-index/ forbids. */
const indexPattern = /^(?![-_+])(?:[a-z0-9._+-]|\{(?:category|yyyy|MM|dd)\}){1,200}$/
const localHosts = ['localhost', '127.0.0.1', '[::1]']

const pattern = z.string().min(1).refine(isPattern, 'a regular expression of JavaScript')

/** One sink. */
export const sinkSchema = z
  .strictObject({
    type: z
      .enum(['opensearch', 'logstash'])
      .meta({ description: 'OpenSearch or Elasticsearch; Logstash’s http input.' }),
    url: z.string().refine(isPlainUrl, 'https://host[:port][/path], without user, query or fragment').meta({
      description: 'The endpoint: https://…; http://… only on this machine or without credentials.'
    }),
    auth: z.enum(['none', 'basic', 'es', 'aoss']).default('none').meta({
      description: 'basic: user and password of the secret; es, aoss: SigV4 for OpenSearch Service or Serverless.'
    }),
    region: z
      .string()
      .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'an AWS region such as ap-northeast-1')
      .optional()
      .meta({ description: 'Region of the domain or collection; the default is the environment’s.' }),
    caFile: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'PEM file of the authority that signed the certificate of the endpoint.' }),
    index: z
      .string()
      .regex(indexPattern, 'lower-case letters, digits, . _ - + and {category} {yyyy} {MM} {dd}')
      .default('iot-{category}-{yyyy}.{MM}.{dd}')
      .meta({
        description:
          'The index of a record, by the day of its own time. For Logstash, `--setup` prints it in the pipeline.'
      }),
    timeZone: z
      .string()
      .refine(isTimeZone, 'a time zone such as Asia/Tokyo or UTC')
      .default('UTC')
      .meta({ description: 'OpenSearch: the time zone of the days of indexes.' }),
    categories: z.array(z.string()).optional().meta({ description: 'What is forwarded; by default all categories.' }),
    include: z.array(pattern).default([]).meta({ description: 'Only records whose text matches one of these.' }),
    exclude: z.array(pattern).default([]).meta({ description: 'No records whose text matches one of these.' }),
    fields: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: 'Only these fields of a record; all if empty.' }),
    addFields: z
      .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .meta({ description: 'Fields to add to each record: component, environment, application, type, …' }),
    keepRaw: z.boolean().default(false).meta({ description: 'Keep the text of parsed records too, as "message".' }),
    // Small against the 10 MiB that a domain of the smallest instances takes, large against the cost of a request.
    batchBytes: z
      .int()
      .min(65_536)
      .max(9 * 1024 ** 2)
      .default(2 * 1024 ** 2)
      .meta({ description: 'Size of the documents of one request; a larger record is rejected.' }),
    batchRecords: z.int().min(1).max(50_000).default(5_000),
    requests: z.int().min(1).max(8).default(2).meta({ description: 'Requests at the same time.' }),
    patienceSeconds: z.int().min(1).max(900).default(60).meta({
      description: 'How long requests to a sink that refuses or is silent are retried before the work is postponed.'
    })
  })
  .superRefine((sink, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    if (sink.type === 'logstash' && (sink.auth === 'es' || sink.auth === 'aoss'))
      refuse('auth', 'Logstash takes none or basic')
    const url = URL.parse(sink.url)
    if (sink.auth !== 'none' && url?.protocol === 'http:' && !localHosts.includes(url.hostname))
      refuse('url', 'credentials go over https only')
    if (sink.type === 'opensearch' && !sink.index.includes('{category}'))
      refuse('index', '{category} is missing: formats have fields of different types')
  })

function isPlainUrl(text: string): boolean {
  const url = URL.parse(text)
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:'
  return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}
