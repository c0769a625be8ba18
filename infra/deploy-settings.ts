import type { Environment } from '../worker/contract/config.ts'
import { type DeploySettings, deploySchema } from '../worker/contract/deploy-schema.ts'

/** The settings of an environment, with all defaults. */
export function settingsOf({ deploy }: Environment): DeploySettings {
  return deploy ?? deploySchema.parse({})
}
