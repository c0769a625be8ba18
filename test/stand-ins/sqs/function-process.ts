import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { bareEnvironment } from '../../support/bare-environment.ts'

export interface FunctionProcessOptions {
  /** Exports `handler(event, context)`. */
  readonly module: URL
  readonly environment: Readonly<Record<string, string>>
  readonly nodeFlags?: readonly string[]
  /** What the function prints, line by line or not. */
  readonly onOutput?: (text: string) => void
}

export interface FunctionAnswer {
  readonly answer: unknown
  /** Peak resident memory of the process, in KiB. */
  readonly peakKib: number
}

export interface FunctionProcess extends AsyncDisposable {
  /** Fails when the function does, or when its process dies. */
  invoke(event: object, remainingMs: number): Promise<FunctionAnswer>
  /** Without a word, as when it takes too much memory. */
  kill(): void
  readonly isGone: boolean
}

interface FromChild {
  readonly ready?: boolean
  readonly answer?: unknown
  readonly peak?: number
  readonly error?: string
}

const script = fileURLToPath(new URL('function-child.ts', import.meta.url))

/** Starts a function and waits until it is loaded. */
export async function startFunction(options: FunctionProcessOptions): Promise<FunctionProcess> {
  const { module, environment, nodeFlags = [], onOutput = () => {} } = options
  const child: ChildProcess = spawn(process.execPath, [...nodeFlags, script, module.href], {
    env: { ...bareEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  child.stdout!.setEncoding('utf8').on('data', onOutput)
  child.stderr!.setEncoding('utf8').on('data', onOutput)
  let isGone = false
  const gone = once(child, 'exit').then(() => {
    isGone = true
    throw new Error('the process of the function is gone')
  })
  gone.catch(() => {})
  await Promise.race([once(child, 'message'), gone])
  return {
    get isGone() {
      return isGone
    },
    kill: () => void child.kill('SIGKILL'),
    invoke: async (event, remainingMs) => {
      const answered = once(child, 'message')
      child.send({ event, remainingMs })
      const [message] = (await Promise.race([answered, gone])) as [FromChild]
      if (message.error !== undefined) throw new Error(message.error)
      return { answer: message.answer, peakKib: message.peak! }
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await gone.catch(() => {})
    }
  }
}
