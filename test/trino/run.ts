import { globSync } from 'node:fs'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { setRunning } from './running.ts'
import { startTrino } from './system.ts'

/*
 * `npm run test:trino [-- --only lines|objects|…]`: the tables, views, saved queries and exports on a real Trino with its
 * Hive connector, over our S3 server. Athena's engine is made of Trino: what holds here is known, and not believed. Needs
 * Java and Maven; Trino itself is fetched once.
 *
 * The files run in this process, one after the other, since they share the server.
 */

const here = fileURLToPath(new URL('.', import.meta.url))

const stopped = new AbortController()
const directory = temporaryDirectory()
process.once('exit', () => directory[Symbol.dispose]())
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    stopped.abort(new Error(`stopped by ${name}`))
    // The server is a child that 'exit' kills.
    process.exit(1)
  })
}
try {
  const files = chooseFiles(process.argv.slice(2))
  const startedMs = performance.now()
  const system = await startTrino(directory.path, stopped.signal)
  console.log(`Trino answers after ${Math.round((performance.now() - startedMs) / 1000)} s\n`)
  after(() => system[Symbol.asyncDispose]())
  setRunning(system)
  for (const file of files) await import(file)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

function chooseFiles(args: readonly string[]): string[] {
  const { only } = parseArgs({ args: [...args], options: { only: { type: 'string' } } }).values
  const files = globSync('*.trino.ts', { cwd: here }).sort()
  const chosen = files.filter((name) => only === undefined || name === `${only}.trino.ts`)
  if (chosen.length > 0) return chosen.map((name) => here + name)
  throw new Error(`--only ${only}: it is one of ${files.map((name) => name.replace('.trino.ts', '')).join(', ')}`)
}
