import { HeadBucketCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { type Clock, realClock } from '../../async/clock.ts'
import { statusOf } from '../../contract/aws-errors.ts'
import { IotLogError } from '../../contract/errors.ts'
import type { StoreSettings } from '../../contract/store.ts'
import type { S3Bucket } from './bucket.ts'
import { type S3Permission, s3Error } from './errors.ts'
import type { GetWaits } from './get-socket.ts'
import { LeanGets } from './lean-gets.ts'
import { parseS3Url, type S3Location } from './location.ts'
import { Pages } from './page-pool.ts'
import { Patience } from './retry-policy.ts'

/** Sockets of the SDK's client: for listings, parts, and GETs that lean GETs leave to it. */
const maxSockets = 96
/** Time-out of the request that checks whether a store responds at all. */
const probeMs = 3_000
/** Each lost object has taken the whole retry time-out. After so many in a row the store counts as unavailable. */
const mostLostInARow = 8
/** S3 seldom takes longer for a small object. AWS advises a retry after a second or two. */
const slowAnswerMs = 900
/** Time-outs of one attempt: to connect, to the first byte of a response, and without a byte in either direction. */
const longestWaits: GetWaits = { connectMs: 5_000, firstByteMs: 15_000, idleMs: 15_000 }

/**
 * The connection of one thread to one bucket: the SDK's client, and the parameters of its calls. Endpoint and credentials
 * come from the standard environment variables and profiles.
 */
export interface S3Connection extends S3Location, S3Bucket {
  readonly clock: Clock
  readonly patience: Patience
  readonly waits: GetWaits
  /** Fetches objects. Their bytes are kept in `pages` until they are read. */
  readonly gets: LeanGets
  readonly pages: Pages
  /** A client for signing links. The default client would sign a checksum header that the browser had to repeat. */
  signer(): S3Client
  /** Runs a call. @throws IotLogError, or the signal's reason if it is cancelled */
  attempt<T>(what: S3Attempt, call: () => Promise<T>): Promise<T>
  /** Reports that an object, or a large part of it, was received. */
  recordSuccess(): void
  close(): void
}

/** The purpose of a call, for the text of its error. */
export interface S3Attempt {
  readonly permission: S3Permission
  readonly key?: string
  readonly signal?: AbortSignal | undefined
}

/** Connects to the bucket of an `s3://` URL. The first call sends the first request. */
export function connectS3(settings: StoreSettings, clock = realClock): S3Connection {
  const { bucket, prefix } = parseS3Url(settings.url)
  const { account, region, requesterPays } = settings
  const patience = new Patience(settings.patienceMs, clock)
  const waits = waitsWithin(settings.patienceMs)
  const config = clientConfig(settings, patience, waits)
  const client = new S3Client(config)
  const common = {
    Bucket: bucket,
    ...(account !== undefined && { ExpectedBucketOwner: account }),
    ...(requesterPays && { RequestPayer: 'requester' as const })
  }
  let lostInARow = 0
  const isStoreSilent = async (signal: AbortSignal | undefined): Promise<boolean> => {
    if (!patience.isReached) return true
    if (!patience.isExhausted || (await answers(client, common, waits, signal))) return ++lostInARow >= mostLostInARow
    return true
  }
  const fullKey = (key: string): string => prefix + key
  const gets = new LeanGets({ client, common, fullKey }, waits)
  return {
    client,
    clock,
    patience,
    waits,
    gets,
    pages: new Pages(),
    bucket,
    prefix,
    common,
    fullKey,
    signer: () => new S3Client({ ...config, requestChecksumCalculation: 'WHEN_REQUIRED' }),
    recordSuccess: () => {
      lostInARow = 0
      patience.recordSuccess()
    },
    close: () => {
      patience.isClosed = true
      gets.close()
      client.destroy()
    },
    attempt: async ({ permission, key, signal }, call) => {
      try {
        return await call()
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        const isSilent = mayPass(error) && (await isStoreSilent(signal))
        const usedRegion = region ?? (await client.config.region().catch(() => 'any region that is configured'))
        const place = key === undefined ? { bucket, prefix } : { bucket, prefix, key }
        throw s3Error(error, { ...place, permission, region: usedRegion, account }, isSilent)
      }
    }
  }
}

/** Whether a retry might succeed: no response at all, or a server error of S3. */
function mayPass(error: unknown): boolean {
  const status = statusOf(error)
  return !(error instanceof IotLogError) && (status === undefined || status >= 500)
}

/**
 * Whether the store responds at all. While one object is retried, there may be no other request. So this one decides
 * whether the object is at fault or the store.
 */
async function answers(
  client: S3Client,
  common: S3Bucket['common'],
  waits: GetWaits,
  signal: AbortSignal | undefined
): Promise<boolean> {
  const { Bucket, ExpectedBucketOwner } = common
  const command = new HeadBucketCommand({ Bucket, ...(ExpectedBucketOwner && { ExpectedBucketOwner }) })
  const timeout = AbortSignal.timeout(Math.min(waits.firstByteMs, probeMs))
  try {
    await client.send(command, { abortSignal: signal ? AbortSignal.any([signal, timeout]) : timeout })
    return true
  } catch (error) {
    return (statusOf(error) ?? 500) < 500
  }
}

/**
 * Several attempts must fit into the retry time-out, however short it is. But a slow response of S3 must not run into the
 * time-out of every attempt.
 */
function waitsWithin(patienceMs = Number.POSITIVE_INFINITY): GetWaits {
  const { connectMs, firstByteMs, idleMs } = longestWaits
  const most = patienceMs / 4
  const mostSilent = Math.max(most, Math.min(slowAnswerMs, patienceMs * 0.6))
  return {
    connectMs: Math.min(connectMs, most),
    firstByteMs: Math.min(firstByteMs, mostSilent),
    idleMs: Math.min(idleMs, mostSilent)
  }
}

function clientConfig(settings: StoreSettings, patience: Patience, waits: GetWaits): S3ClientConfig {
  return {
    ...(settings.region !== undefined && { region: settings.region }),
    forcePathStyle: settings.pathStyle === true,
    retryStrategy: patience,
    // gzip and zstd have checksums, and TLS protects the transfer. A second check would cost a third of a GET.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: waits.connectMs,
      socketTimeout: waits.idleMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets }
    }
  }
}
