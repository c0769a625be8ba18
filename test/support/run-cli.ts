import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface FinishedCommand {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly child: ChildProcess
  readonly finished: Promise<FinishedCommand>
}

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Starts the `iot-log` command as a process of its own, from its source. */
export function startCli(args: readonly string[], options: SpawnOptions = {}): RunningCommand {
  return startCommand(process.execPath, [`${repository}worker/cli.ts`, ...args], options)
}

/** Runs it to its end. */
export function runCli(args: readonly string[], options: SpawnOptions = {}): Promise<FinishedCommand> {
  return startCli(args, options).finished
}

/** Starts any command, its output collected. */
export function startCommand(command: string, args: readonly string[], options: SpawnOptions = {}): RunningCommand {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const collect = async (): Promise<FinishedCommand> => {
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'close')
    ])
    return { code, signal, stdout, stderr }
  }
  return { child, finished: collect() }
}
