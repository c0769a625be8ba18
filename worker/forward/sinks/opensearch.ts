import { addAbortListener } from 'node:events'
import { Client, type ClientOptions, Connection, errors, type Transport } from '@opensearch-project/opensearch'
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3'
import { messageOf } from '../../contract/errors.ts'
import { Bodies } from './bodies.ts'
import { bulkBody, readBulkAnswer, typeName } from './bulk.ts'
import { checkCertificate } from './certificate.ts'
import { type Answer, deliver, mayPass, requestMs, retryAfterMs } from './deliver.ts'
import { createIndexNames, indexPatternOf } from './index-name.ts'
import { indexTemplate } from './index-template.ts'
import type { Refusal, SetupReport, Sink, SinkCategory, SinkOptions, SinkRecord } from './sink.ts'
import { SinkError } from './sink-error.ts'

/*
 * OpenSearch, Amazon OpenSearch Service and Serverless, and Elasticsearch, which has the same bulk API.
 */

/** The used part of a response. A whole response is a tenth as long as the request. */
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

  async send(records: readonly SinkRecord[], signal: AbortSignal): Promise<readonly Refusal[]> {
    return deliver(records, (part) => this.#post(part, signal), this.#options, signal)
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
        checkCertificate(error, this.#options)
        throw new SinkError(this.#options.name, `the template ${template} was refused: ${failureText(error)}`, error)
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
      // The types allow only objects as bodies. The client sends a Buffer as it is.
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
      checkCertificate(error, this.#options)
      return { kind: 'later', why: failureText(error) }
    }
  }

  #answerOf(error: errors.ResponseError, name: string): Answer {
    const status = error.statusCode ?? 500
    const { type, reason } = (error.body as { error?: { type?: string; reason?: string } } | undefined)?.error ?? {}
    if (mayPass(status)) {
      return { kind: 'later', why: failureText(error), afterMs: retryAfterMs(error.headers?.['retry-after'] as string) }
    }
    // Both are about the body: it is not valid for the API, or too large for the cluster.
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
  const { url, auth } = settings
  const common: ClientOptions = {
    node: url.replace(/\/$/, ''),
    maxRetries: 0,
    requestTimeout: requestMs(settings),
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

/** The client prints errors that follow a response to standard output, which is for results and logs. */
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

/** The status and type of a response, or the error of the connection. Reasons are left out: they may quote a record. */
function failureText(error: unknown): string {
  if (!(error instanceof errors.ResponseError)) return messageOf(error)
  const type = (error.body as { error?: { type?: string } } | undefined)?.error?.type
  return `it answered ${error.statusCode} ${typeName(type)}`
}
