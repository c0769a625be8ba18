import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tableFiles } from '../worker/athena/table-statement.ts'
import { isMade, viewFiles } from '../worker/athena/view.ts'
import { readConfig } from '../worker/config/config-file.ts'
import { sampleConfig } from '../worker/config/sample-config.ts'
import { IotLogError } from '../worker/contract/errors.ts'
import { formatNames } from '../worker/formats/registry.ts'
import { mistakeLines } from '../worker/report/mistakes.ts'

/*
 * Writes the tables of the categories, and the views over their lines and records. The configuration is IOT_LOG_CONFIG,
 * or iot-log.config.json of the repository. A test compares the committed files. Mistakes of the configuration are
 * printed like those of `iot-log config check`; then nothing is written.
 */

try {
  const config = readConfig(
    { directory: process.cwd(), environment: process.env },
    { formatNames, whenNone: sampleConfig }
  )
  const [tables, views] = [tableFiles(config), viewFiles(config)]
  replace('tables', tables)
  replace('views', views)
} catch (error) {
  if (!(error instanceof IotLogError)) throw error
  process.stderr.write(`${mistakeLines(error).join('\n')}\n`)
  process.exitCode = 2
}

/** Deletes the generated files that are no longer generated. What people have written stays. */
function replace(folder: string, files: ReadonlyMap<string, string>): void {
  const directory = new URL(`./${folder}/`, import.meta.url)
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(directory)) {
    const file = new URL(name, directory)
    if (!files.has(name) && isMade(readFileSync(file, 'utf8'))) rmSync(file)
  }
  for (const [name, text] of files) writeFileSync(new URL(name, directory), text)
}
