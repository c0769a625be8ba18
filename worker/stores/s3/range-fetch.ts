import type { Readable } from 'node:stream'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { Wake } from '../../async/wake.ts'
import type { StoredObject } from '../../contract/store.ts'
import type { S3Connection } from './connection.ts'

/** A connection that breaks after so many bytes has made progress. With less, its failure counts towards the time-out. */
const usefulBytes = 64 * 1024

/**
 * Fetches the bytes `from` to `to` of an object and keeps them until they are read, so that no connection waits for the
 * scan. If the body breaks, it resumes there, with the same version of the object.
 */
export class SpanFetch {
  readonly #connection: S3Connection
  readonly #object: StoredObject
  readonly #cancelled = new AbortController()
  /** The filled parts of pages that are not read yet. */
  readonly #filled: Buffer[] = []
  /** The page that is being filled, and the one that the reader has. */
  #page: Buffer | undefined
  #pageBytes = 0
  #lent: Buffer | undefined
  #failure: { readonly error: unknown } | undefined
  readonly #changed = new Wake()
  #received: number
  readonly to: number

  constructor(connection: S3Connection, object: StoredObject, from: number, to: number) {
    this.#connection = connection
    this.#object = object
    this.#received = from
    this.to = to
  }

  /** Whether the reader need not wait. */
  get isReady(): boolean {
    return this.#filled.length > 0 || this.#received === this.to || this.#failure !== undefined
  }

  /** The next bytes, valid until the next call; null at the end of the span. */
  async read(): Promise<Buffer | null> {
    this.#giveBackLent()
    for (;;) {
      const filled = this.#filled.shift()
      if (filled) {
        this.#lent = filled
        return filled
      }
      if (this.#failure) throw this.#failure.error
      if (this.#received === this.to) return null
      await this.#changed.next()
    }
  }

  /** Cancels the fetch and frees the bytes that are not read. */
  cancel(): void {
    this.#cancelled.abort(new Error('no longer wanted'))
    this.#giveBackLent()
    for (const filled of this.#filled.splice(0)) this.#giveBack(filled)
    if (this.#page) this.#giveBack(this.#page)
    this.#page = undefined
  }

  /** Fetches the span. Never fails: the reader gets the failure. */
  async run(): Promise<void> {
    try {
      await this.#fetchAll()
    } catch (error) {
      this.#failure = { error }
    }
    this.#changed.call()
  }

  async #fetchAll(): Promise<void> {
    const { clock, patience } = this.#connection
    let failingSinceMs: number | undefined
    for (let failures = 0; this.#received < this.to; ) {
      const start = this.#received
      const failure = await this.#fetchRest()
      if (this.#received - start >= usefulBytes || this.#received === this.to) {
        failures = 0
        failingSinceMs = undefined
        this.#connection.recordSuccess()
      } else {
        failingSinceMs ??= clock.nowMs()
        if (clock.nowMs() - failingSinceMs >= patience.limitMs) {
          const what = { permission: 's3:GetObject', key: this.#object.key } as const
          await this.#connection.attempt(what, () => Promise.reject(failure))
        }
        await clock.sleep(patience.delayMs(failures++), this.#cancelled.signal)
        this.#cancelled.signal.throwIfAborted()
      }
    }
  }

  /** One GET of the missing bytes. Returns why the body broke. @throws an error that no retry can fix */
  async #fetchRest(): Promise<unknown> {
    const { key, size, version } = this.#object
    const signal = this.#cancelled.signal
    const span = { key, size, version, from: this.#received, to: this.to }
    try {
      const isFetched = await this.#connection.gets.get(span, (bytes) => this.#take(bytes), signal)
      if (isFetched) return undefined
    } catch (error) {
      signal.throwIfAborted()
      return error
    }
    const body = await this.#openBySdk()
    try {
      for await (const chunk of body) this.#take(chunk)
      return new Error(`the body ended at byte ${this.#received} of ${this.to}`)
    } catch (error) {
      signal.throwIfAborted()
      return error
    }
  }

  #openBySdk(): Promise<Readable> {
    const { key, size, version } = this.#object
    const signal = this.#cancelled.signal
    const from = this.#received
    const isWhole = from === 0 && this.to === size
    const command = new GetObjectCommand({
      ...this.#connection.common,
      Key: this.#connection.fullKey(key),
      ...(version !== undefined && { IfMatch: version }),
      ...(!isWhole && { Range: `bytes=${from}-${this.to - 1}` })
    })
    return this.#connection.attempt({ permission: 's3:GetObject', key, signal }, async () => {
      const options = { abortSignal: signal, requestTimeout: this.#connection.waits.firstByteMs }
      const { Body, ContentRange, ContentLength } = await this.#connection.client.send(command, options)
      const isExpected = isWhole ? ContentLength === size : ContentRange?.startsWith(`bytes ${from}-`) === true
      if (isExpected) return Body as Readable
      ;(Body as Readable).destroy()
      throw new Error(`bytes ${from} to ${this.to} were asked for and ${ContentRange ?? ContentLength} sent`)
    })
  }

  #take(chunk: Buffer): void {
    if (this.#cancelled.signal.aborted) return
    const wanted = Math.min(chunk.length, this.to - this.#received)
    for (let position = 0; position < wanted; ) {
      this.#page ??= this.#connection.pages.take(this.to - this.#received)
      const copied = chunk.copy(this.#page, this.#pageBytes, position, wanted)
      position += copied
      this.#pageBytes += copied
      this.#received += copied
      if (this.#pageBytes === this.#page.length || this.#received === this.to) this.#passOn(this.#page)
    }
  }

  #passOn(page: Buffer): void {
    this.#filled.push(page.subarray(0, this.#pageBytes))
    this.#page = undefined
    this.#pageBytes = 0
    this.#changed.call()
  }

  #giveBackLent(): void {
    if (this.#lent) this.#giveBack(this.#lent)
    this.#lent = undefined
  }

  #giveBack(part: Buffer): void {
    this.#connection.pages.giveBack(Buffer.from(part.buffer, 0, part.buffer.byteLength))
  }
}
