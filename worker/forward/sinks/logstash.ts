import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { messageOf } from '../../contract/errors.ts'
import { Bodies } from './bodies.ts'
import { checkCertificate } from './certificate.ts'
import { type Answer, deliver, mayPass, requestMs, retryAfterMs } from './deliver.ts'
import { indexPatternOf } from './index-name.ts'
import { post } from './post.ts'
import type { Refusal, SetupReport, Sink, SinkCategory, SinkOptions, SinkRecord } from './sink.ts'
import { SinkError } from './sink-error.ts'

/*
 * Logstash's http input (https://www.elastic.co/docs/reference/logstash/plugins/plugins-inputs-http): its JSON codec
 * makes one event of each element of an array. It responds with 200 when the events are in its queue, and with 429 when
 * the queue is full. It has no ids, so each record has its own as a field, which the output can use.
 */

/** The field of the id. It is the last one, so that it wins over a field of the record. */
const idName = 'record_id'
const [openArray, closeArray, comma] = [0x5b, 0x5d, 0x2c]

export class LogstashSink implements Sink {
  readonly #options: SinkOptions
  readonly #url: URL
  readonly #agent: HttpAgent | HttpsAgent
  readonly #bodies = new Bodies()

  constructor(options: SinkOptions) {
    this.#options = options
    this.#url = new URL(options.settings.url)
    const settings = { keepAlive: true, maxSockets: options.settings.requests }
    this.#agent =
      this.#url.protocol === 'https:'
        ? new HttpsAgent({ ...settings, ...(options.ca !== undefined && { ca: options.ca }) })
        : new HttpAgent(settings)
  }

  async send(records: readonly SinkRecord[], signal: AbortSignal): Promise<readonly Refusal[]> {
    const headers = { 'content-type': 'application/json', ...(await this.#authorization()) }
    return deliver(records, (part) => this.#post(part, headers, signal), this.#options, signal)
  }

  async setup(categories: readonly SinkCategory[]): Promise<SetupReport> {
    const { port } = this.#url
    const { index } = this.#options.settings
    const names = categories.map(({ name }) => name).join(', ')
    const patterns = new Set(categories.map(({ name }) => indexPatternOf(index, name)))
    return [
      `Logstash needs no index templates. A pipeline for ${names}:`,
      'input {',
      `  http { port => ${port === '' ? 8080 : port} }`,
      '}',
      'output {',
      '  elasticsearch {',
      '    hosts => ["https://…:9200"]',
      `    index => "${outputIndex(index)}"`,
      `    document_id => "%{${idName}}"`,
      '    action => "create"',
      '  }',
      '}',
      ...[...patterns].map((pattern) => `Index pattern ${pattern}, time field @timestamp`)
    ]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
  }

  async #authorization(): Promise<Record<string, string>> {
    if (this.#options.settings.auth === 'none') return {}
    const { username, password } = await this.#options.login()
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
  }

  async #post(
    part: readonly SinkRecord[],
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal
  ): Promise<Answer> {
    const body = arrayBody(part, this.#bodies)
    const idleMs = requestMs(this.#options.settings)
    const startedMs = performance.now()
    let answer: Awaited<ReturnType<typeof post>>
    try {
      answer = await post({ url: this.#url, headers, body, agent: this.#agent, idleMs, signal })
    } catch (error) {
      signal.throwIfAborted()
      checkCertificate(error, this.#options)
      return { kind: 'later', why: messageOf(error) }
    }
    const { status, text } = answer
    const ms = Math.round(performance.now() - startedMs)
    this.#options.log.debug('post', { records: part.length, bytes: body.length, status, ms })
    if (status === 200) {
      this.#bodies.giveBack(body)
      return { kind: 'taken' }
    }
    if (mayPass(status))
      return { kind: 'later', why: `it answered ${status}`, afterMs: retryAfterMs(answer.headers['retry-after']) }
    if (status === 400 || status === 413) return { kind: 'refused', status, type: 'refused', reason: text }
    // Only 200 says that the events are in the queue. Another success comes from another kind of server.
    throw new SinkError(this.#options.name, `it answered ${status}`)
  }
}

/**
 * An index of the configuration in Logstash's syntax: fields, and parts of the event's day in UTC
 * (https://www.elastic.co/docs/reference/logstash/event-dependent-configuration#sprintf).
 */
function outputIndex(template: string): string {
  return template
    .replace(/\{(?:yyyy|MM|dd)\}(?:[._+-]*\{(?:yyyy|MM|dd)\})*/g, (day) => `%{+${day.replace(/[{}]/g, '')}}`)
    .replaceAll('{category}', '%{category}')
}

/** The documents as one JSON array, each with its id. */
function arrayBody(records: readonly SinkRecord[], bodies: Bodies): Buffer {
  const tails = records.map(({ id }) => `,"${idName}":"${id}"}`)
  const length = records.reduce((sum, { start, end }, at) => sum + end - start + tails[at]!.length, 1)
  const body = bodies.take(length)
  body[0] = openArray
  let position = 1
  for (const [at, { source, start, end }] of records.entries()) {
    // The last byte is the brace that closes the document. The id goes before it.
    position += source.copy(body, position, start, end - 1)
    position += body.write(tails[at]!, position, 'latin1')
    body[position++] = at === records.length - 1 ? closeArray : comma
  }
  return body
}
