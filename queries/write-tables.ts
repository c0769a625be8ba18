import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tableFiles } from '../worker/athena/table.ts'
import { isMade, viewFiles } from '../worker/athena/view.ts'
import { readConfigFile } from '../worker/commands/settings.ts'
import { IotLogError } from '../worker/contract/errors.ts'
import { mistakeLines } from '../worker/report/mistakes.ts'

/*
 * Makes the tables of the categories, and the views over their lines and records, from IOT_LOG_CONFIG, or
 * iot-log.config.json of the repository; a test compares the committed ones. A mistake in the configuration is told as
 * `iot-log config check` does, and nothing is made.
 */

const reference = fileURLToPath(new URL('../iot-log.config.json', import.meta.url))

try {
  const config = readConfigFile(resolve(process.env.IOT_LOG_CONFIG || reference))
  const [tables, views] = [tableFiles(config), viewFiles(config)]
  replace('tables', tables)
  replace('views', views)
} catch (error) {
  if (!(error instanceof IotLogError)) throw error
  process.stderr.write(`${mistakeLines(error).join('\n')}\n`)
  process.exitCode = 2
}

/** Those that are no longer made are taken away; what people have written stays. */
function replace(folder: string, files: ReadonlyMap<string, string>): void {
  const directory = new URL(`./${folder}/`, import.meta.url)
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(directory)) {
    const file = new URL(name, directory)
    if (!files.has(name) && isMade(readFileSync(file, 'utf8'))) rmSync(file)
  }
  for (const [name, text] of files) writeFileSync(new URL(name, directory), text)
}
