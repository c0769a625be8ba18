import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bareEnvironment } from '../support/bare-environment.ts'

export interface LambdaProcessOptions {
  /** Modules below the repository that export `handler`: behind the Function URL, and for events. */
  readonly url: string
  readonly event: string
  /** All that the handlers find in their environment besides {@link bareEnvironment}. */
  readonly environment: Readonly<Record<string, string>>
  readonly port?: number
  readonly onOutput: (text: string) => void
}

export interface LambdaProcess extends AsyncDisposable {
  readonly url: string
  /** Where events are posted to. */
  readonly eventUrl: string
  close(): Promise<void>
}

const script = fileURLToPath(new URL('lambda.ts', import.meta.url))
const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Starts the Lambdas and waits until they listen. @throws when they don't come up */
export async function startLambdaProcess(options: LambdaProcessOptions): Promise<LambdaProcess> {
  const flags = ['--url', options.url, '--event', options.event, '--port', String(options.port ?? 0)]
  const child = spawn(process.execPath, [script, ...flags], {
    cwd: repository,
    env: { ...bareEnvironment(), ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe']
  })
  child.stderr.setEncoding('utf8').on('data', options.onOutput)
  // It may have ended already.
  child.stdin.on('error', () => {})
  const closed = once(child, 'close')
  const failed = closed.then(([code]) => {
    throw new Error(`The Lambdas ended with ${code} before they listened`)
  })
  const ready = once(createInterface(child.stdout), 'line')
  const [line] = (await Promise.race([ready, failed])) as [string]
  failed.catch(() => {})
  const close = async (): Promise<void> => {
    child.stdin.end()
    await closed
  }
  return { ...(JSON.parse(line) as { url: string; eventUrl: string }), close, [Symbol.asyncDispose]: close }
}
