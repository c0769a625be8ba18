import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Installable } from './peer.ts'

/** MinIO is compiled: some minutes on two cores. */
const installMs = 20 * 60_000
const probeMs = 30_000

/** The program of a peer: from PATH, from the cache, or installed there. */
export async function findProgram(peer: Installable, cache: string, signal: AbortSignal): Promise<string> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(directory, peer.program)
    if (directory !== '' && (await isWorking(peer, program, signal))) return program
  }
  const directory = join(cache, peer.cacheName)
  for (const program of [join(directory, peer.program), join(directory, 'bin', peer.program)]) {
    if (await isWorking(peer, program, signal)) return program
  }
  console.log(`${peer.name}: installing ${peer.cacheName} into ${directory}, once; this may take minutes`)
  await mkdir(directory, { recursive: true })
  const program = await peer
    .install(directory, AbortSignal.any([signal, AbortSignal.timeout(installMs)]))
    .catch((error) => {
      throw new Error(`${peer.program} is not on PATH and could not be installed: ${error.message}`, { cause: error })
    })
  if (!(await isWorking(peer, program, signal))) throw new Error(`${program} was installed and does not run`)
  return program
}

/** Runs a command to its end. @throws Error unless it ends with 0 */
export async function runCommand(command: string, args: readonly string[], options: SpawnOptions): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
  const [code, signal] = await once(child, 'close')
  options.signal?.throwIfAborted()
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}`)
}

async function isWorking(peer: Installable, program: string, signal: AbortSignal): Promise<boolean> {
  if (!existsSync(program)) return false
  const options = { stdio: 'ignore', signal: AbortSignal.any([signal, AbortSignal.timeout(probeMs)]) } as const
  return runCommand(program, peer.probe, options).then(
    () => true,
    () => {
      signal.throwIfAborted()
      return false
    }
  )
}
