import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import config from './iot-log.config.json' with { type: 'json' }
import { tableFiles } from './worker/athena/table.ts'
import { allLines, viewFiles } from './worker/athena/view.ts'
import { parseConfig } from './worker/contract/config.ts'

/*
 * Makes the tables of the categories, and the view of all their lines, from iot-log.config.json; a test compares the
 * committed ones.
 */

const parsed = parseConfig(config)
replace('tables', () => true, tableFiles(parsed))
replace('views', (name) => name.split('.')[0] === allLines, viewFiles(parsed))

/** Those that are no longer made are taken away. */
function replace(folder: string, isMade: (name: string) => boolean, files: ReadonlyMap<string, string>): void {
  const directory = new URL(`./queries/${folder}/`, import.meta.url)
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(directory).filter(isMade)) if (!files.has(name)) rmSync(new URL(name, directory))
  for (const [name, text] of files) writeFileSync(new URL(name, directory), text)
}
