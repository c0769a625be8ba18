import type { ServerResponse } from 'node:http'
import type { Bucket } from './buckets.ts'
import type { Effects } from './effects.ts'
import type { Payload } from './payload.ts'
import type { S3Request } from './request.ts'
import type { RequestRecord } from './request-log.ts'

/** What all requests share. */
export interface Service {
  readonly region: string
  readonly account: string
  readonly buckets: Map<string, Bucket>
  nowMs(): number
  createBucket(name: string): Bucket
  /** The Date header, where the server's clock is not the machine's. */
  date(): string | undefined
}

/** A request and its answer, on their way. */
export interface Exchange {
  readonly service: Service
  readonly request: S3Request
  readonly response: ServerResponse
  /** The bucket that is asked for, if it is there. */
  readonly bucket: Bucket | undefined
  readonly key: string | undefined
  readonly requestId: string
  readonly record: { -readonly [Name in keyof RequestRecord]: RequestRecord[Name] }
  payload: Payload
  /** Effects of faults on the body of the request. */
  readonly receiving: Effects
  /** Effects of faults on the answer. */
  readonly sending: Effects
  /** The client waits for a word before it sends its body. */
  awaitsContinue: boolean
}

export interface BucketExchange extends Exchange {
  readonly bucket: Bucket
}

export interface ObjectExchange extends BucketExchange {
  readonly key: string
}
