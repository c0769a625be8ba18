import { readFileSync } from 'node:fs'
import { type Config, parseConfig } from '../../worker/contract/config.ts'

/** The reference configuration as plain data, to be changed by a test. */
export function referenceDocument(): Record<string, never> & ReturnType<typeof JSON.parse> {
  return JSON.parse(readFileSync(new URL('../../iot-log.config.json', import.meta.url), 'utf8'))
}

export function referenceConfig(): Config {
  return parseConfig(referenceDocument())
}

/** The reference configuration with other categories, and without what deploys its own. */
export function configWithCategories(categories: Readonly<Record<string, object>>): Config {
  const document = { ...referenceDocument(), categories }
  for (const environment of Object.values<{ deploy?: object }>(document.environments)) delete environment.deploy
  return parseConfig(document)
}
