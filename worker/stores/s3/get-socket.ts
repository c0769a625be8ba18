import { addAbortListener } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { type AnswerHead, parseAnswerHead } from './answer-head.ts'

/*
 * A keep-alive connection that takes one GET after the other. Node's http client allocates 64 KiB for every read. For
 * large bodies that costs more than the rest of the GET. Here a connection reads into one buffer of its own, and the
 * receiver copies the bytes.
 */

const readBytes = 64 * 1024
/** S3's heads take 1 KB. */
const maxHeadBytes = 64 * 1024

export interface Origin {
  readonly host: string
  readonly port: number
  readonly isTls: boolean
}

/** Receives the response to a GET. */
export interface AnswerSink {
  /** Called with the complete head. False refuses the body, and closes the connection. */
  onHead(head: AnswerHead): boolean
  /** The next bytes of the body, valid only during the call. */
  onBytes(bytes: Buffer): void
}

/** The time-outs of one attempt: to connect, to the first byte, and between bytes. */
export interface GetWaits {
  readonly connectMs: number
  readonly firstByteMs: number
  readonly idleMs: number
}

interface Exchange {
  readonly sink: AnswerSink
  resolve(isRefused: boolean): void
  reject(error: Error): void
  head: AnswerHead | undefined
  early: Buffer | undefined
  leftBytes: number
}

/** One connection; one GET at a time. */
export class GetSocket {
  readonly #socket: Socket
  readonly #waits: GetWaits
  readonly #buffer = Buffer.allocUnsafeSlow(readBytes)
  #exchange: Exchange | undefined
  /** Whether another GET may be sent. */
  isUsable = true

  constructor(origin: Origin, waits: GetWaits) {
    this.#waits = waits
    const onread = { buffer: this.#buffer, callback: (length: number) => this.#take(length) }
    const { host, port } = origin
    const isName = /[a-z]/i.test(host) && !host.includes(':')
    this.#socket = origin.isTls
      ? connectTls({ host, port, ...(isName && { servername: host }), onread } as unknown as ConnectionOptions)
      : connect({ host, port, onread })
    this.#socket.setNoDelay(true)
    this.#socket.setTimeout(waits.connectMs, () => this.#fail(new Error('no bytes within the time-out')))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('end', () => this.#fail(new Error('the connection was ended')))
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')))
  }

  /**
   * Sends a request and passes the response to the sink. Returns at the end of the body, or true if the sink refuses it.
   * @throws Error if the connection breaks
   */
  async get(request: string, sink: AnswerSink, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) this.close()
    signal.throwIfAborted()
    using _listener = addAbortListener(signal, () => this.#fail(signal.reason))
    return await new Promise<boolean>((resolve, reject) => {
      this.#exchange = { sink, resolve, reject, head: undefined, early: undefined, leftBytes: 0 }
      this.#socket.ref()
      if (!this.#socket.connecting) this.#socket.setTimeout(this.#waits.firstByteMs)
      else this.#socket.once('connect', () => this.#socket.setTimeout(this.#waits.firstByteMs))
      this.#socket.write(request, 'latin1')
    })
  }

  close(): void {
    this.isUsable = false
    this.#socket.destroy()
  }

  #take(length: number): boolean {
    const exchange = this.#exchange
    const bytes = this.#buffer.subarray(0, length)
    if (!exchange) this.#fail(new Error('bytes without a request'))
    else if (exchange.head) this.#takeBody(exchange, bytes)
    else this.#takeHead(exchange, bytes)
    return true
  }

  #takeHead(exchange: Exchange, bytes: Buffer): void {
    const all = exchange.early ? Buffer.concat([exchange.early, bytes]) : bytes
    let head: AnswerHead | undefined
    try {
      head = parseAnswerHead(all)
      if (!head && all.length > maxHeadBytes) throw new Error('the head of the response does not end')
    } catch (error) {
      return this.#fail(error as Error)
    }
    if (!head) {
      exchange.early = Buffer.from(all)
      return
    }
    exchange.head = head
    exchange.leftBytes = head.contentLength ?? 0
    if (head.contentLength === undefined || !exchange.sink.onHead(head)) return this.#end(exchange, true)
    this.#socket.setTimeout(this.#waits.idleMs)
    this.#takeBody(exchange, all.subarray(head.length))
  }

  #takeBody(exchange: Exchange, bytes: Buffer): void {
    if (bytes.length > exchange.leftBytes) return this.#fail(new Error('more bytes than were announced'))
    exchange.leftBytes -= bytes.length
    if (bytes.length > 0) exchange.sink.onBytes(bytes)
    if (exchange.leftBytes === 0) this.#end(exchange, false)
  }

  #end(exchange: Exchange, isRefused: boolean): void {
    this.#exchange = undefined
    if (isRefused || !exchange.head!.isKeptAlive) this.close()
    else {
      this.#socket.setTimeout(this.#waits.idleMs)
      // A connection that only waits for another request keeps no process alive.
      this.#socket.unref()
    }
    exchange.resolve(isRefused)
  }

  #fail(error: Error): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    this.close()
    exchange?.reject(error)
  }
}
