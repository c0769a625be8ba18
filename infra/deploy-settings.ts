import type { Environment } from '../worker/contract/config.ts'
import { type DeploySettings, deploySchema } from '../worker/contract/deploy-schema.ts'

/** All defaults filled in, for an environment that says nothing. */
export function settingsOf({ deploy }: Environment): DeploySettings {
  return deploy ?? deploySchema.parse({})
}
