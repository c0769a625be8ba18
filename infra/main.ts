/*
 * The CDK app (cdk.json). The configuration is IOT_LOG_CONFIG, or iot-log.config.json of the repository. The bundles
 * are in IOT_LOG_DIST, or dist. Mistakes of the configuration are printed like those of `iot-log config check`; then
 * nothing is synthesised.
 */

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api'
import { configName, configPath, readConfigFile } from '../worker/config/config-file.ts'
import { IotLogError } from '../worker/contract/errors.ts'
import { formatNames } from '../worker/formats/registry.ts'
import { mistakeLines } from '../worker/report/mistakes.ts'
import { buildApp } from './app.ts'
import { currentRelease } from './release.ts'
import { readSizing } from './sizing.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const place = { directory: process.cwd(), environment: process.env }
const path = configPath(place) ?? `${repository}${configName}`
const dist = resolve(process.env.IOT_LOG_DIST || `${repository}dist`)
const say = (text: string): void => void process.stderr.write(`${text}\n`)

try {
  const release = currentRelease(process.env)
  const { stacks, directory } = buildApp({
    config: readConfigFile(path, formatNames),
    configPath: path,
    dist,
    staging: `${dist}/bundles`,
    release,
    size: readSizing(),
    onLeftOut: (text) => say(`iot-log: ${text}`)
  }).synth()
  say(summary(release, directory, stacks))
} catch (error) {
  if (!(error instanceof IotLogError)) throw error
  say(mistakeLines(error).join('\n'))
  process.exitCode = 2
}

/** The stacks, and the next commands. */
function summary(release: string, directory: string, stacks: readonly CloudFormationStackArtifact[]): string {
  const made = stacks.map(({ stackName, template, environment: { account, region } }) => {
    const { Resources } = template as { readonly Resources: object }
    return `  ${stackName.padEnd(28)} ${account} ${region}  ${Object.keys(Resources).length} resources`
  })
  return [
    `iot-log ${release}: ${stacks.length} stacks, in ${directory}`,
    ...made,
    'Next: npx cdk diff tells what would change, npx cdk deploy --all deploys it (infra/README.md)'
  ].join('\n')
}
