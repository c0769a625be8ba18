import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { answerOf, type Command, commandsPath, signCommand } from './command.ts'
import { percentile, type Sent } from './load.ts'
import type { Place } from './place.ts'

/** A first command in a process of its own. `ms` counts from when Node began to start. */
export interface ColdStart extends Sent {
  /** Until Node runs code, as Lambda's runtime has to. */
  readonly nodeMs: number
  /** Loading the bundle, which reads the secrets. */
  readonly initMs: number
  readonly handlingMs: number
}

interface Report {
  readonly nodeMs: number
  readonly initMs: number
  readonly handlingMs: number
  readonly result: { readonly statusCode: number; readonly body: string }
}

/** Not a file: stripping its types would be measured, too. */
const program = `
const nodeMs = performance.now()
const { handler } = await import(process.argv[1])
const loadedMs = performance.now()
const result = await handler(JSON.parse(process.argv[2]))
const handlingMs = performance.now() - loadedMs
process.send({ nodeMs, initMs: loadedMs - nodeMs, handlingMs, result }, () => process.exit())
`
const bundle = new URL('../.build/ingress-slack.mjs', import.meta.url)

/** Starts a process with the bundle, hands it one command, and ends it. @throws when no answer comes */
export async function startCold(command: Command, place: Place): Promise<ColdStart> {
  const { body, headers } = signCommand(command, place)
  const event = {
    rawPath: commandsPath,
    rawQueryString: '',
    headers,
    // The request came before the process was there.
    requestContext: { domainName: 'local', http: { method: 'POST' }, timeEpoch: Date.now() },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true
  }
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', program, bundle.href, JSON.stringify(event)],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { PATH: process.env.PATH, AWS_LAMBDA_FUNCTION_NAME: 'bench', ...place.environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc']
    }
  )
  const closed = once(child, 'close').then(([code]) => {
    throw new Error(`A cold start ended with ${code} and without an answer`)
  })
  const [report] = (await Promise.race([once(child, 'message'), closed])) as [Report]
  await closed.catch(() => {})
  const { nodeMs, initMs, handlingMs, result } = report
  const answer = answerOf(result.statusCode, result.body)
  return { command, answer, nodeMs, initMs, handlingMs, ms: nodeMs + initMs + handlingMs }
}

const parts = { Node: 'nodeMs', init: 'initMs', handling: 'handlingMs', all: 'ms' } as const

export function coldTable(starts: readonly ColdStart[]): string[][] {
  const rows = Object.entries(parts).map(([name, part]) => {
    const times = starts.map((one) => one[part])
    return [name, percentile(times, 0.5).toFixed(0), percentile(times, 1).toFixed(0)]
  })
  return [['', 'median ms', 'worst ms'], ...rows]
}
