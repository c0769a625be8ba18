import limitConcurrency, { type LimitFunction } from 'p-limit'
import type { ObjectBody, StoredObject } from '../../contract/store.ts'
import { aheadBytes, mostGets } from './bounds.ts'
import type { S3Connection } from './connection.ts'
import { pageBytesOf } from './page-pool.ts'
import { SpanFetch } from './range-fetch.ts'

/*
 * Fetches objects before their bytes are needed, so that a thread inflates one object while the next are in flight. Large
 * objects are fetched in spans, several at a time: one connection gives 85 to 90 MB/s
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-design-patterns.html), and a thread reads
 * faster. Bytes are reserved when a span is requested, and freed when they are read.
 */

const spanBytes = 8 * 1024 * 1024
/**
 * GETs in flight. Their number adapts to the latency: one more whenever the reader has to wait, and half as many when S3
 * says SlowDown; at most `mostGets`.
 */
const firstGets = 24
const leastGets = 4
/** Several GETs that are throttled at the same time halve the number only once. */
const throttleEveryMs = 500
/** The event loop runs at least once in so many bytes, or no other bytes would arrive. */
const yieldEveryBytes = 1024 * 1024

/** Fetches the objects that one thread reads next. */
export class ReadAhead {
  readonly #connection: S3Connection
  readonly #limit: LimitFunction = limitConcurrency(firstGets)
  readonly #waiting: ObjectFetch[] = []
  #reservedBytes = 0
  #throttles = 0
  #throttledMs = Number.NEGATIVE_INFINITY

  constructor(connection: S3Connection) {
    this.#connection = connection
  }

  /** Starts to fetch the objects that will be opened next, in this order. */
  announce(objects: readonly StoredObject[]): void {
    for (const object of objects) if (object.size > 0) this.#waiting.push(this.#fetchOf(object))
    this.#start()
  }

  /** The body of an object. If the object was announced, its fetch has begun. */
  open(object: StoredObject): ObjectBody {
    const position = this.#waiting.findIndex((fetch) => fetch.object === object)
    if (position < 0) return this.#fetchOf(object)
    for (const passedOver of this.#waiting.splice(0, position)) passedOver.close()
    return this.#waiting[0]!
  }

  #fetchOf(object: StoredObject): ObjectFetch {
    return new ObjectFetch(object, {
      start: (from, to) => {
        const span = new SpanFetch(this.#connection, object, from, to)
        this.#reservedBytes += pageBytesOf(to - from)
        void this.#limit(() => span.run())
        return span
      },
      free: (bytes) => {
        this.#reservedBytes -= bytes
        this.#start()
      },
      starved: () => {
        this.#limit.concurrency = Math.min(mostGets, this.#limit.concurrency + 1)
        this.#start()
      },
      end: (fetch) => {
        const position = this.#waiting.indexOf(fetch)
        if (position >= 0) this.#waiting.splice(position, 1)
      }
    })
  }

  #heedThrottling(): void {
    const { throttles } = this.#connection.patience
    if (throttles === this.#throttles || performance.now() - this.#throttledMs < throttleEveryMs) return
    this.#throttles = throttles
    this.#throttledMs = performance.now()
    this.#limit.concurrency = Math.max(leastGets, this.#limit.concurrency >> 1)
  }

  /** Starts spans, in the order in which they will be read, while there is room. */
  #start(): void {
    this.#heedThrottling()
    for (const fetch of this.#waiting) {
      while (fetch.hasMore) {
        const isRoom = this.#reservedBytes + pageBytesOf(fetch.nextBytes) <= aheadBytes
        if (!isRoom || this.#limit.activeCount + this.#limit.pendingCount >= this.#limit.concurrency) return
        fetch.startNext()
      }
    }
  }
}

interface FetchHost {
  /** The reader waits for bytes. */
  starved(): void
  start(from: number, to: number): SpanFetch
  free(bytes: number): void
  end(fetch: ObjectFetch): void
}

/** One object in spans, read in order. */
class ObjectFetch implements ObjectBody {
  readonly object: StoredObject
  readonly #host: FetchHost
  readonly #spans: SpanFetch[] = []
  #started = 0
  #unfreedBytes = 0
  #sinceYieldBytes = 0
  #isClosed = false

  constructor(object: StoredObject, host: FetchHost) {
    this.object = object
    this.#host = host
  }

  get hasMore(): boolean {
    return this.#started < this.object.size
  }

  get nextBytes(): number {
    return Math.min(spanBytes, this.object.size - this.#started)
  }

  startNext(): void {
    const to = this.#started + this.nextBytes
    this.#unfreedBytes += pageBytesOf(to - this.#started)
    this.#spans.push(this.#host.start(this.#started, to))
    this.#started = to
  }

  async read(): Promise<Buffer | null> {
    for (;;) {
      // The reader may always start its own span, whatever is reserved: so there is no deadlock.
      if (this.#spans.length === 0 && !this.#isClosed && this.hasMore) this.startNext()
      const span = this.#spans[0]
      if (!span) return null
      if (!span.isReady) this.#host.starved()
      const chunk = await span.read()
      if (chunk) {
        await this.#lookAfterNetwork(chunk.length)
        this.#unfreedBytes -= chunk.buffer.byteLength
        this.#host.free(chunk.buffer.byteLength)
        return chunk
      }
      this.#spans.shift()
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#started = this.object.size
    for (const span of this.#spans.splice(0)) span.cancel()
    this.#host.end(this)
    this.#host.free(this.#unfreedBytes)
    this.#unfreedBytes = 0
  }

  async #lookAfterNetwork(bytes: number): Promise<void> {
    this.#sinceYieldBytes += bytes
    if (this.#sinceYieldBytes < yieldEveryBytes) return
    this.#sinceYieldBytes = 0
    await new Promise((resolve) => setImmediate(resolve))
  }
}
