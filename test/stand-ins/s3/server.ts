import { createServer } from 'node:http'
import { checkBucketName } from './bucket-operations.ts'
import type { Bucket, Upload } from './buckets.ts'
import { listen } from './connections.ts'
import type { Service } from './exchange.ts'
import { createFaults, type Fault, type FaultPlan } from './faults.ts'
import { handle, propertiesOf } from './handle.ts'
import { sortedParts } from './multipart.ts'
import { Pieces } from './pieces.ts'
import { createRequestLog, type RequestRecord } from './request-log.ts'
import type { Credentials } from './signature.ts'
import type { ArchiveStatus, Storage } from './storage.ts'
import { memoryStorage } from './storage-memory.ts'

export interface S3ServerOptions {
  /** Default: any free one. */
  readonly port?: number
  /** Credentials with all permissions. Default: one pair. */
  readonly credentials?: readonly Credentials[]
  /** Default: `ap-northeast-1`. */
  readonly region?: string
  /** Default: `111111111111`. */
  readonly account?: string
  readonly buckets?: Readonly<Record<string, BucketOptions>>
  readonly faults?: readonly Fault[]
  /** How far the server's clock is ahead. */
  readonly clockSkewMs?: number
  readonly nowMs?: () => number
}

export interface BucketOptions {
  /** Default: in memory. */
  readonly storage?: Storage
  /** Default: the server's. A bucket in another region answers with 301. */
  readonly region?: string
  /** The account it belongs to. Default: the server's. */
  readonly owner?: string
  /** Every request must say that it pays. */
  readonly requesterPays?: boolean
}

export interface PutOptions {
  readonly storageClass?: string
  /** Archives an INTELLIGENT_TIERING object: a listing does not show it, a GET fails. */
  readonly archiveStatus?: ArchiveStatus
  /** What a GET sends besides `content-type`: `content-encoding`, `x-amz-meta-…`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly lastModifiedMs?: number
}

export interface OpenUpload {
  readonly key: string
  readonly uploadId: string
  /** The numbers of its parts. */
  readonly parts: readonly number[]
}

/** A running server, and the hand that reaches behind it. Disposing closes it. */
export interface S3Server extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  readonly region: string
  readonly account: string
  /** The first of its credentials. */
  readonly credentials: Credentials
  /** What an AWS client in a child process needs to find the server. */
  environment(): Record<string, string>
  createBucket(bucket: string, options?: BucketOptions): void
  /** Puts an object there without a request. The bytes are not copied. */
  put(bucket: string, key: string, bytes: Buffer | string, options?: PutOptions): void
  get(bucket: string, key: string): Buffer | undefined
  delete(bucket: string, key: string): void
  /** In UTF-8 order. */
  keys(bucket: string): string[]
  /** Where a bucket's objects are, for another stand-in that reads them. */
  storage(bucket: string): Storage
  /** Multipart uploads neither completed nor aborted. */
  openUploads(bucket: string): OpenUpload[]
  /** At least the last 10,000, in the order they came. */
  readonly requests: RequestRecord[]
  /** How many requests there were, by operation. */
  readonly requestCounts: ReadonlyMap<string, number>
  /** Requests under way, and the most there have been; set `peak` to start over. */
  readonly inFlight: { readonly now: number; peak: number }
  readonly faults: FaultPlan
  /** Refuses connections and destroys those there are, or comes back on the same port. */
  setOffline(isOffline: boolean): Promise<void>
  openConnections(): number
  close(): Promise<void>
}

const defaultCredentials: Credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
}
/** Longer than any client keeps an idle connection: none is closed under a request. */
const keepAliveMs = 60_000

/** Starts an S3-compatible server on loopback, which refuses what S3 refuses. */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const service = createService(options)
  const { region, account } = service
  const credentials = options.credentials ?? [defaultCredentials]
  const faults = createFaults(options.faults ?? [])
  const log = createRequestLog()
  const host = { service, credentials: new Map(credentials.map((one) => [one.accessKeyId, one])), faults, log }
  const inFlight = { now: 0, peak: 0 }
  const server = createServer({ keepAliveTimeout: keepAliveMs, requestTimeout: 0, headersTimeout: 0 })
  const answer = async (awaitsContinue: boolean, ...[incoming, response]: HttpPair): Promise<void> => {
    inFlight.peak = Math.max(inFlight.peak, ++inFlight.now)
    try {
      await handle(host, incoming, response, awaitsContinue)
    } finally {
      inFlight.now--
    }
  }
  server.on('request', (...pair: HttpPair) => answer(false, ...pair))
  server.on('checkContinue', (...pair: HttpPair) => answer(true, ...pair))
  const connections = await listen(server, options.port ?? 0)
  const url = `http://127.0.0.1:${connections.port}`
  const bucketOf = (name: string): Bucket => {
    const bucket = service.buckets.get(name)
    if (!bucket) throw new Error(`The server has no bucket ${name}`)
    return bucket
  }
  return {
    url,
    port: connections.port,
    region,
    account,
    credentials: credentials[0]!,
    environment: () => environmentOf(url, region, credentials[0]!),
    createBucket: (name, bucketOptions = {}) => void addBucket(service, name, bucketOptions),
    put: (bucket, key, bytes, putOptions = {}) => {
      const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
      const { lastModifiedMs = service.nowMs(), headers, ...rest } = putOptions
      const properties = propertiesOf(body)
      const merged = { ...properties, ...rest, headers: { ...properties.headers, ...headers } }
      bucketOf(bucket).storage.put(key, Pieces.of(body), merged, lastModifiedMs)
    },
    get: (bucket, key) => readWhole(bucketOf(bucket).storage, key),
    delete: (bucket, key) => bucketOf(bucket).storage.delete(key),
    keys: (bucket) => {
      const { storage } = bucketOf(bucket)
      return Array.from({ length: storage.count }, (_, position) => storage.keyAt(position))
    },
    storage: (bucket) => bucketOf(bucket).storage,
    openUploads: (bucket) => [...bucketOf(bucket).uploads.values()].map(openUploadOf),
    requests: log.records,
    requestCounts: log.counts,
    inFlight,
    faults: faults.plan,
    setOffline: (isOffline) => (isOffline ? connections.shut() : connections.open()),
    openConnections: () => connections.count(),
    close: () => connections.shut(),
    [Symbol.asyncDispose]: () => connections.shut()
  }
}

type HttpPair = Parameters<NonNullable<Parameters<typeof createServer>[1]>>

interface OwnService extends Service {
  readonly buckets: Map<string, Bucket>
}

function createService(options: S3ServerOptions): OwnService {
  const { clockSkewMs = 0, nowMs: clock = Date.now } = options
  const nowMs = (): number => clock() + clockSkewMs
  const isOwnTime = clockSkewMs !== 0 || options.nowMs !== undefined
  const service: OwnService = {
    region: options.region ?? 'ap-northeast-1',
    account: options.account ?? '111111111111',
    buckets: new Map(),
    nowMs,
    date: () => (isOwnTime ? new Date(nowMs()).toUTCString() : undefined),
    createBucket: (name) => addBucket(service, name, {})
  }
  for (const [name, bucket] of Object.entries(options.buckets ?? {})) addBucket(service, name, bucket)
  return service
}

function addBucket(service: OwnService, name: string, options: BucketOptions): Bucket {
  checkBucketName(name)
  const bucket: Bucket = {
    name,
    region: options.region ?? service.region,
    owner: options.owner ?? service.account,
    requesterPays: options.requesterPays ?? false,
    storage: options.storage ?? memoryStorage(),
    createdMs: service.nowMs(),
    uploads: new Map()
  }
  service.buckets.set(name, bucket)
  return bucket
}

function environmentOf(url: string, region: string, credentials: Credentials): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_S3: url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true'
  }
}

function readWhole(storage: Storage, key: string): Buffer | undefined {
  const object = storage.find(key)
  if (!object) return undefined
  const open = storage.open(object)
  try {
    return open.read(0, object.size)
  } finally {
    open.close()
  }
}

const openUploadOf = (upload: Upload): OpenUpload => ({
  key: upload.key,
  uploadId: upload.id,
  parts: sortedParts(upload).map(({ number }) => number)
})
