import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { bareEnvironment } from '../../support/bare-environment.ts'

/** What a container is started with. */
export interface TaskStart {
  readonly jobId: string
  readonly jobName: string
  /** 1 is the first. */
  readonly attempt: number
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** A container that runs. */
export interface Task {
  /** Resolves with its exit code; 128 and the signal's number where a signal ended it. Never rejects. */
  readonly ended: Promise<number>
  signal(name: 'SIGTERM' | 'SIGKILL'): void
}

/** Starts containers. */
export type Executor = (start: TaskStart) => Task

export interface ProcessExecutorOptions {
  /** Default: the repository. */
  readonly cwd?: string
  /** What every container finds besides its own environment, such as the addresses of other stand-ins; asked at each start. */
  readonly environment?: () => Readonly<Record<string, string>>
  /** Gets each chunk of a container's output. */
  readonly onOutput?: (start: TaskStart, chunk: string) => void
}

const signalNumbers: Readonly<Record<string, number>> = { SIGTERM: 15, SIGKILL: 9, SIGINT: 2, SIGSEGV: 11, SIGABRT: 6 }

/** Runs commands as processes of this machine. `node` is the Node that runs this. Of our own environment only {@link bareEnvironment} is passed on. */
export function processExecutor(options: ProcessExecutorOptions = {}): Executor {
  const running = new Set<ChildProcess>()
  const killAll = (): void => {
    for (const child of running) child.kill('SIGKILL')
  }
  return (start) => {
    const [program, ...args] = start.command
    const child = spawn(program === 'node' ? process.execPath : program!, args, {
      cwd: options.cwd ?? process.cwd(),
      env: { ...bareEnvironment(), ...options.environment?.(), ...start.environment },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    if (running.size === 0) process.once('exit', killAll)
    running.add(child)
    const drained = once(child, 'close').catch(() => {})
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => options.onOutput?.(start, chunk))
    }
    const ended = (once(child, 'exit') as Promise<[number | null, string | null]>)
      .then(async ([code, signal]) => {
        // Its output comes to its end, too, unless a process that it left behind holds it open.
        await Promise.race([drained, sleep(1_000, undefined, { ref: false })])
        return code ?? 128 + (signalNumbers[signal!] ?? 0)
      })
      // 127: the program is not there, as a shell says it.
      .catch(() => 127)
      .finally(() => {
        running.delete(child)
        if (running.size === 0) process.off('exit', killAll)
      })
    return { ended, signal: (name) => void child.kill(name) }
  }
}
