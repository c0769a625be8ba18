import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { listen } from '../stand-ins/s3/connections.ts'
import { serveFunctionUrl } from './function-url.ts'

/*
 * Lambdas as a process of their own:
 *   node test/local/lambda.ts --url MODULE --event MODULE [--port N]
 * Each module exports `handler(event)`. Prints one line of JSON, {url, eventUrl}, when it is ready; what the handlers
 * print goes to stderr. Ends with its stdin. The handlers find `IOT_LOG_PUBLIC_URL` in their environment.
 */

const { values } = parseArgs({
  options: {
    /** Behind the Function URL. */
    url: { type: 'string' },
    /** Gets events by POST. */
    event: { type: 'string' },
    /** Of the Function URL. Default: any free one. */
    port: { type: 'string', default: '0' }
  }
})

type Handler = (event: unknown) => Promise<unknown>

const handlerOf = async (path: string): Promise<Handler> =>
  ((await import(new URL(`../../${path}`, import.meta.url).href)) as { handler: Handler }).handler

const write = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write

const report = (error: unknown): void => console.error(error)
let handler: Handler | undefined
const functionUrl = await serveFunctionUrl((event) => handler!(event), { port: Number(values.port), onError: report })
process.env.IOT_LOG_PUBLIC_URL ??= functionUrl.url
// Lambda sets it: handlers warm up while they are loaded.
process.env.AWS_LAMBDA_FUNCTION_NAME ??= 'local'
handler = await handlerOf(values.url!)
const onEvent = await handlerOf(values.event!)
const eventServer = createServer(async (incoming, response) => {
  try {
    await onEvent(await json(incoming))
    response.writeHead(200).end()
  } catch (error) {
    report(error)
    response.writeHead(500).end()
  }
})
const events = await listen(eventServer, 0)
process.stdin.once('close', () => process.exit(0)).resume()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {})
write(`${JSON.stringify({ url: functionUrl.url, eventUrl: `http://127.0.0.1:${events.port}/` })}\n`)
