import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import config from './iot-log.config.json' with { type: 'json' }
import { tableFiles } from './worker/athena/table.ts'
import { isMade, viewFiles } from './worker/athena/view.ts'
import { parseConfig } from './worker/contract/config.ts'

/*
 * Makes the tables of the categories, and the views over their lines and records, from iot-log.config.json; a test compares
 * the committed ones.
 */

const parsed = parseConfig(config)
replace('tables', tableFiles(parsed))
replace('views', viewFiles(parsed))

/** Those that are no longer made are taken away; what people have written stays. */
function replace(folder: string, files: ReadonlyMap<string, string>): void {
  const directory = new URL(`./queries/${folder}/`, import.meta.url)
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(directory)) {
    const file = new URL(name, directory)
    if (!files.has(name) && isMade(readFileSync(file, 'utf8'))) rmSync(file)
  }
  for (const [name, text] of files) writeFileSync(new URL(name, directory), text)
}
