import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const readyMs = 60_000
const pollMs = 100
/** A server that does not end when asked to is killed. */
const stopMs = 5_000
const logTailBytes = 2_000

/** How a server is started, and the URL that it answers with 200 once it serves. */
export interface ServerCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly readyUrl: string
}

/** Starts a server in `directory`, waits until it serves. Disposing stops it. @throws Error with what it printed last */
export async function startServer(
  { program, args, environment, readyUrl }: ServerCommand,
  directory: string,
  signal: AbortSignal
): Promise<AsyncDisposable> {
  const logPath = join(directory, 'server.log')
  const log = openSync(logPath, 'w')
  const env = { ...process.env, ...environment }
  const child = spawn(program, args, { cwd: directory, env, stdio: ['ignore', log, log] })
  closeSync(log)
  // At any end of this process, an uncaught error too.
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  const ended = once(child, 'close').catch((error) => [String(error)])
  const stop = async (): Promise<void> => {
    await stopChild(child, ended)
    process.off('exit', killNow)
  }
  try {
    await ready(child, readyUrl, signal)
  } catch (error) {
    await stop()
    signal.throwIfAborted()
    const printed = readFileSync(logPath, 'utf8').slice(-logTailBytes)
    throw new Error(`${program} ${args.join(' ')}: ${(error as Error).message}\n${printed}`)
  }
  return { [Symbol.asyncDispose]: stop }
}

/** A free port of loopback. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function ready(child: ChildProcess, url: string, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + readyMs
  while (performance.now() < endMs) {
    if (hasEnded(child)) throw new Error(`ended with ${child.exitCode ?? child.signalCode ?? 'no process at all'}`)
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(readyMs / 10)]) }).catch(
      () => undefined
    )
    await answer?.arrayBuffer()
    if (answer?.ok) return
    await delay(pollMs, undefined, { signal })
  }
  throw new Error(`does not answer ${url} after ${readyMs / 1000} s`)
}

async function stopChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (hasEnded(child)) return
  child.kill('SIGTERM')
  const impatience = setTimeout(() => child.kill('SIGKILL'), stopMs)
  await ended
  clearTimeout(impatience)
}

/** True, too, where the program could not be started. */
function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}
