import { readFileSync } from 'node:fs'
import { parseConfig } from '../../worker/contract/config.ts'

/** The environments of the local system: all the logs, the same through a narrow pipe, and some that are damaged. */
export const localEnvironments = {
  dev: { bucket: 'dev-iot-logs', definition: 'iot-log-export' },
  slow: { bucket: 'slow-iot-logs', definition: 'iot-log-export-slow' },
  broken: { bucket: 'broken-iot-logs', definition: 'iot-log-export-broken' }
} as const
export type LocalEnvironment = keyof typeof localEnvironments

export interface LocalConfigOptions {
  readonly region: string
  readonly account: string
  /** Replaces top-level keys of the configuration, such as `access` or `limits`. */
  readonly changes?: Readonly<Record<string, unknown>>
}

/** The reference configuration with the local environments in it. @throws ProblemsError for changes that don't fit */
export function localConfig({ region, account, changes = {} }: LocalConfigOptions): object {
  const reference = JSON.parse(readFileSync(new URL('../../iot-log.config.json', import.meta.url), 'utf8'))
  const environments = Object.entries(localEnvironments).map(([name, { bucket, definition }]) => {
    const submit = { spotQueue: 'slack', onDemandQueue: 'slack-on-demand', jobDefinition: definition, roleArn: null }
    return [name, { source: `s3://${bucket}`, region, account, pathStyle: true, submit }]
  })
  const { $schema: _, ...rest } = reference
  const config = { ...rest, environments: Object.fromEntries(environments), defaultEnvironment: 'dev', ...changes }
  parseConfig(config)
  return config
}
