import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { writeDay } from './corpus/day.ts'

/*
 * The main job on one machine, without an account: a day of logs in a directory, and one command that reads it.
 */

const root = fileURLToPath(new URL('..', import.meta.url))
const directory = join(root, 'demo')
const logs = join(directory, 'logs')
const marker = join(directory, 'day-is-complete')

if (!existsSync(marker)) {
  console.log('Writing a day of logs: 500 devices, telemetry, commands and lifecycle events, about 200 MB of text …')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(logs, { recursive: true })
  const day = { startMs: Date.UTC(2023, 9, 1), things: 500, textBytes: 200e6, seed: 20231001 }
  const written = await writeDay(logs, day)
  writeFileSync(marker, '')
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
  console.log(
    `${written.objects} objects, ${megabytes(written.storedBytes)} stored, ${megabytes(written.textBytes)} of text, in ${logs}`
  )
}

const words = ['export', 'THING00001', 'telemetry,command', '2023/10/01', '--source', pathToFileURL(logs).href]
const flags = ['--output', `${directory}/`, '--force']
console.log(`\n$ iot-log ${words.join(' ')}\n`)
const { status } = spawnSync(process.execPath, [join(root, 'worker/cli.ts'), ...words, ...flags], { stdio: 'inherit' })
process.exitCode = status ?? 1
