import type { Environment } from '../contract/config.ts'
import type { StoreSettings } from '../contract/store.ts'

/** The store of an environment: its source, or another place that is reached in the same way. */
export function storeOf(environment: Environment, url = environment.source): StoreSettings {
  const { region, pathStyle, account, requesterPays } = environment
  return { url, region, pathStyle, account, requesterPays }
}
