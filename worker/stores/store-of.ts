import type { Environment } from '../contract/config.ts'
import type { StoreSettings } from '../contract/store.ts'
import { isSameBucket } from './open-store.ts'

/** The store of an environment: its source, or another URL with the same account and region. */
export function storeOf(environment: Environment, url = environment.source): StoreSettings {
  const { region, pathStyle, account, requesterPays } = environment
  return { url, region, pathStyle, account, requesterPays }
}

/**
 * The store of a URL that was typed. The environment's account and region apply only to its own bucket. Another bucket may
 * have any owner, and is in the region of AWS_REGION, if that is set.
 */
export function storeSettings(
  url: string,
  environment: Environment,
  { environment: variables }: { readonly environment: Readonly<Record<string, string | undefined>> }
): StoreSettings {
  const settings = storeOf(environment, url)
  if (isSameBucket(url, environment.source)) return settings
  const { AWS_REGION, AWS_DEFAULT_REGION } = variables
  return { ...settings, region: AWS_REGION ?? AWS_DEFAULT_REGION ?? settings.region, account: undefined }
}
