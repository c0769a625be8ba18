import { addAbortListener } from 'node:events'
import { Client, type ClientOptions, Connection, errors, type Transport } from '@opensearch-project/opensearch'
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3'
import { realClock } from '../../async/clock.ts'
import { messageOf } from '../../contract/errors.ts'
import { Bodies } from './bodies.ts'
import { bulkBody, readBulkAnswer, typeName } from './bulk.ts'
import { certificateProblem } from './certificate.ts'
import { type Answer, deliver, mayPass, requestMs, retryAfterMs } from './deliver.ts'
import { createIndexNames, indexPatternOf } from './index-name.ts'
import { indexTemplate } from './index-template.ts'
import type { Refusal, SetupReport, Sink, SinkCategory, SinkOptions, SinkRecord } from './sink.ts'
import { SinkError } from './sink-error.ts'

/*
 * OpenSearch, its service and serverless form in AWS, and Elasticsearch, whose bulk API is the same.
 */

/** All that is read of an answer: without it, an answer is as long as a tenth of the request. */
const filterPath = 'errors,items.*.status,items.*.error'

export class OpenSearchSink implements Sink {
  readonly #options: SinkOptions
  readonly #indexOf: (record: SinkRecord) => string
  readonly #bodies = new Bodies()
  #client: Promise<Client> | undefined

  constructor(options: SinkOptions) {
    this.#options = options
    const nameOf = createIndexNames(options.settings.index, options.settings.timeZone)
    this.#indexOf = ({ category, dayTimeMs }) => nameOf(category, dayTimeMs)
  }

  async send(batch: readonly SinkRecord[], signal: AbortSignal): Promise<readonly Refusal[]> {
    const { name, settings, log, clock = realClock } = this.#options
    const post = (part: readonly SinkRecord[]): Promise<Answer> => this.#post(part, signal)
    return deliver(batch, { sink: name, post, patienceMs: settings.patienceSeconds * 1000, signal, log, clock })
  }

  async setup(categories: readonly SinkCategory[]): Promise<SetupReport> {
    const client = await this.#connect()
    const report: string[] = []
    for (const { name, columns } of categories) {
      const pattern = indexPatternOf(this.#options.settings.index, name)
      const template = `iot-log-${this.#options.name}-${name}`
      try {
        await client.indices.putIndexTemplate({ name: template, body: indexTemplate(pattern, columns) })
      } catch (error) {
        const problem = certificateProblem(error, this.#options.settings.url)
        const what = problem ?? `the template ${template} was refused: ${failureText(error)}`
        throw new SinkError(this.#options.name, what, error)
      }
      report.push(
        `Index template ${template}: ${columns.length} columns`,
        `Index pattern ${pattern}, time field @timestamp`
      )
    }
    return report
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#client?.catch(() => undefined))?.close()
  }

  #connect(): Promise<Client> {
    this.#client ??= createClient(this.#options).catch((error) => {
      this.#client = undefined
      throw error
    })
    return this.#client
  }

  async #post(part: readonly SinkRecord[], signal: AbortSignal): Promise<Answer> {
    const { name, log } = this.#options
    const client = await this.#connect()
    const body = bulkBody(part, this.#indexOf, this.#bodies)
    const startedMs = performance.now()
    try {
      // The types know bodies of objects only; a Buffer is sent as it is.
      const request = client.bulk({ body: body as never, filter_path: filterPath as never })
      using _listener = addAbortListener(signal, () => request.abort())
      const { body: answered } = await request
      this.#bodies.giveBack(body)
      const answer = readBulkAnswer(answered, part)
      log.debug('bulk', { records: part.length, bytes: body.length, ms: Math.round(performance.now() - startedMs) })
      return answer
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof errors.ResponseError) return this.#answerOf(error, name)
      const problem = certificateProblem(error, this.#options.settings.url)
      if (problem !== undefined) throw new SinkError(name, problem, error)
      return { kind: 'later', why: failureText(error) }
    }
  }

  #answerOf(error: errors.ResponseError, name: string): Answer {
    const status = error.statusCode ?? 500
    const { type, reason } = (error.body as { error?: { type?: string; reason?: string } } | undefined)?.error ?? {}
    if (mayPass(status)) {
      return { kind: 'later', why: failureText(error), afterMs: retryAfterMs(error.headers?.['retry-after'] as string) }
    }
    // Both are told of a body: it is not what the API takes, or larger than the cluster takes.
    if (status === 400 || status === 413) {
      return { kind: 'refused', status, type: typeName(type), reason: reason ?? messageOf(error) }
    }
    // The password may have been replaced.
    if (status === 401 || status === 403) this.#forget()
    throw new SinkError(name, failureText(error), error)
  }

  #forget(): void {
    const old = this.#client
    this.#client = undefined
    void old?.then((client) => client.close()).catch(() => {})
  }
}

async function createClient({ settings, login, credentials, region, ca }: SinkOptions): Promise<Client> {
  const { url, auth, patienceSeconds } = settings
  const common: ClientOptions = {
    node: url.replace(/\/$/, ''),
    maxRetries: 0,
    requestTimeout: requestMs(patienceSeconds * 1000),
    ...(ca !== undefined && { ssl: { ca } })
  }
  if (auth === 'basic') return new Client({ ...common, auth: await login(), Connection: Quiet })
  if (auth === 'none') return new Client({ ...common, Connection: Quiet })
  const signer = AwsSigv4Signer({ service: auth, region: region!, getCredentials: credentials as never })
  return new Client({
    ...common,
    ...signer,
    Transport: signer.Transport as typeof Transport,
    Connection: quiet(signer.Connection)
  })
}

/** The client prints errors that come behind an answer to standard output, where results and logs go. */
function quiet(base: typeof Connection): typeof Connection {
  return class extends base {
    override request(...[params, callback]: Parameters<Connection['request']>): ReturnType<Connection['request']> {
      const request = super.request(params, (error, response) => {
        if (response) request.removeAllListeners('error').on('error', () => {})
        callback(error, response)
      })
      return request
    }
  }
}

const Quiet = quiet(Connection)

/** A status and a type, or what happened to the connection. Reasons may quote a record: they are left out. */
function failureText(error: unknown): string {
  if (!(error instanceof errors.ResponseError)) return messageOf(error)
  const type = (error.body as { error?: { type?: string } } | undefined)?.error?.type
  return `it answered ${error.statusCode} ${typeName(type)}`
}
