import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../peers/find-program.ts'

/** The last that runs on Java 17 (https://trino.io/docs/current/release/release-436.html). */
export const trinoVersion = '435'

const installMs = 15 * 60_000
const probeMs = 30_000

/**
 * The directory with Trino's jars (`lib`) and its Hive connector (`plugin`): in the user's cache, put there by Maven once.
 * @throws Error that says what is missing
 */
export async function findTrino(signal: AbortSignal): Promise<string> {
  await probe('java', '-version', 'Java 17 or later with its compiler (Debian: openjdk-17-jdk-headless)', signal)
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'iot-log')
  const directory = join(cache, `trino-${trinoVersion}`)
  if (existsSync(directory)) return directory
  await probe('mvn', '-version', 'Maven (Debian: maven)', signal)
  console.log(`Trino: fetching version ${trinoVersion} into ${directory}, once: 260 MB`)
  const partial = `${directory}.${process.pid}.partial`
  await mkdir(partial, { recursive: true })
  try {
    // Maven may write beside its file.
    await copyFile(fileURLToPath(new URL('pom.xml', import.meta.url)), join(partial, 'pom.xml'))
    const args = ['-B', '-q', '-f', join(partial, 'pom.xml'), `-Dinto=${partial}`, `-Dtrino.version=${trinoVersion}`]
    const within = AbortSignal.any([signal, AbortSignal.timeout(installMs)])
    await runCommand('mvn', [...args, 'package'], { signal: within })
    await rename(partial, directory)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return directory
}

async function probe(program: string, argument: string, what: string, signal: AbortSignal): Promise<void> {
  const options = { stdio: 'ignore', signal: AbortSignal.any([signal, AbortSignal.timeout(probeMs)]) } as const
  try {
    await runCommand(program, [argument], options)
  } catch (error) {
    throw new Error(`Trino needs ${what}: ${(error as Error).message}`, { cause: error })
  }
}
