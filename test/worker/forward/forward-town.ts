import { hash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type OpenSearchServer, startOpenSearchServer } from '../../stand-ins/opensearch/server.ts'
import { type S3Server, startS3Server } from '../../stand-ins/s3/server.ts'
import { type SqsServer, startSqsServer } from '../../stand-ins/sqs/server.ts'
import { referenceDocument } from '../../support/configurations.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/temporary-directory.ts'

/** The surroundings of a forwarder: a bucket, queues, a cluster, and the configuration that names them. */
export interface ForwardTown extends AsyncDisposable {
  readonly s3: S3Server
  readonly sqs: SqsServer
  readonly search: OpenSearchServer
  readonly directory: TemporaryDirectory
  readonly configPath: string
  /** What the function finds in its environment. */
  environment(): Record<string, string>
}

export const queue = 'forward'
export const deadLetters = 'forward-dead'
export const bucket = 'dev-iot-logs'

export interface HarnessOptions {
  /** Keys of the sink `search` that differ. */
  readonly sink?: object
  readonly categories?: object
  readonly keepsDocuments?: boolean
}

export async function startForwardTown({
  sink = {},
  categories = {},
  keepsDocuments = true
}: HarnessOptions = {}): Promise<ForwardTown> {
  const directory = temporaryDirectory()
  const s3 = await startS3Server({ buckets: { [bucket]: {} } })
  const sqs = await startSqsServer({ queues: [queue, deadLetters] })
  const search = await startOpenSearchServer({ keepsDocuments })
  const document = referenceDocument()
  document.environments.dev.sinks = {
    search: { type: 'opensearch', url: search.url, patienceSeconds: 5, batchRecords: 100, ...sink }
  }
  for (const name of ['telemetry', 'command', 'lifecycle']) document.categories[name].format = 'json-lines'
  Object.assign(document.categories, categories)
  const configPath = join(directory.path, 'iot-log.config.json')
  writeFileSync(configPath, JSON.stringify(document))
  return {
    s3,
    sqs,
    search,
    directory,
    configPath,
    environment: () => ({
      ...sqs.environment(),
      ...s3.environment(),
      IOT_LOG_CONFIG: configPath,
      IOT_LOG_QUEUE_URL: sqs.queueUrl(queue),
      IOT_LOG_DEAD_LETTER_URL: sqs.queueUrl(deadLetters)
    }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([s3.close(), sqs[Symbol.asyncDispose](), search[Symbol.asyncDispose]()])
      directory[Symbol.dispose]()
    }
  }
}

/** Lines of JSON, numbered from `first`. */
export function jsonLines(count: number, first = 0): string {
  const lines = Array.from({ length: count }, (_, at) => {
    const n = first + at
    const timestamp = new Date(Date.UTC(2023, 9, 1, 3) + n * 10).toISOString()
    return `{"timestamp":"${timestamp}","thingName":"THING${String(n % 97).padStart(5, '0')}","n":${n}}\n`
  })
  return lines.join('')
}

/** Writes an object of the telemetry category, and its notification to the queue. */
export function putTelemetry(harness: ForwardTown, name: string, text: string | Buffer): string {
  const key = `telemetry/2023/10/01/03/${name}`
  const bytes = Buffer.isBuffer(text) ? text : gzipSync(text, { level: 1 })
  harness.s3.put(bucket, key, bytes)
  harness.sqs.put(queue, s3EventBody(harness, key))
  return key
}

/** The notification of S3 for an object that is there. */
export function s3EventBody({ s3 }: Pick<ForwardTown, 's3'>, key: string): string {
  return JSON.stringify({ Records: [s3Record(s3, key)] })
}

export function s3Record(s3: S3Server, key: string): object {
  const bytes = s3.get(bucket, key)
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'ap-northeast-1',
    eventTime: '2023-10-01T03:00:00.000Z',
    eventName: 'ObjectCreated:Put',
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'forward',
      bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
      object: {
        key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
        size: bytes?.length ?? 10,
        eTag: bytes ? etagOf(s3, key) : 'd41d8cd98f00b204e9800998ecf8427e',
        sequencer: '0055AED6DCD90281E5'
      }
    }
  }
}

function etagOf(s3: S3Server, key: string): string {
  return hash('md5', s3.get(bucket, key)!)
}
