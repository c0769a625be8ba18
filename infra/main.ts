/*
 * The CDK app (cdk.json). The configuration is IOT_LOG_CONFIG, or iot-log.config.json of the repository; the bundles are in
 * IOT_LOG_DIST, or dist. A mistake in the configuration is told as `iot-log config check` does, and nothing is made.
 */

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfigFile } from '../worker/commands/settings.ts'
import { IotLogError, ProblemsError } from '../worker/contract/errors.ts'
import { buildApp } from './app.ts'
import { currentRelease } from './release.ts'
import { readSizing } from './sizing.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const configPath = resolve(process.env.IOT_LOG_CONFIG || `${repository}iot-log.config.json`)
const dist = resolve(process.env.IOT_LOG_DIST || `${repository}dist`)
const say = (text: string): void => void process.stderr.write(`${text}\n`)

try {
  buildApp({
    config: readConfigFile(configPath),
    configPath,
    dist,
    staging: `${dist}/bundles`,
    release: currentRelease(process.env),
    size: readSizing(),
    onLeftOut: (text) => say(`iot-log: ${text}`)
  }).synth()
} catch (error) {
  if (!(error instanceof IotLogError)) throw error
  const lines = error instanceof ProblemsError ? error.problems.map(({ text }) => text) : [error.message]
  const what = lines.length === 1 ? 'one mistake' : `${lines.length} mistakes`
  say([`iot-log: ${what}`, ...lines.map((line) => `  ${line}`)].join('\n'))
  process.exitCode = 2
}
