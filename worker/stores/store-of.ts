import type { Environment } from '../contract/config.ts'
import type { StoreSettings } from '../contract/store.ts'
import { isSameBucket } from './open-store.ts'

/** The store of an environment: its source, or another one that is opened with the same account and region. */
export function storeOf(environment: Environment, url = environment.source): StoreSettings {
  const { region, pathStyle, account, requesterPays } = environment
  return { url, region, pathStyle, account, requesterPays }
}

/**
 * The same for a URL that was typed: account and region of the environment are those of its own bucket. Another bucket
 * may have any owner; it is in the region of AWS_REGION, if that is set.
 */
export function storeSettings(
  url: string,
  environment: Environment,
  {
    environment: { AWS_REGION, AWS_DEFAULT_REGION }
  }: { readonly environment: Readonly<Record<string, string | undefined>> }
): StoreSettings {
  const settings = storeOf(environment, url)
  if (isSameBucket(url, environment.source)) return settings
  return { ...settings, region: AWS_REGION ?? AWS_DEFAULT_REGION ?? settings.region, account: undefined }
}
