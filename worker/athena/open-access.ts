import type { Environment } from '../contract/config.ts'
import type { StoreSettings } from '../contract/store.ts'
import { openDocuments, openStore } from '../stores/open-store.ts'
import { isS3Url, parseS3Url } from '../stores/s3/location.ts'
import type { AthenaAccess } from './run-category.ts'

/** How an export can open Athena, or why it can't use it. */
export type AthenaOffer = { readonly open: () => Promise<OpenedAthena> } | { readonly obstacle: string }

/** Disposing closes connections. */
interface OpenedAthena extends AthenaAccess, AsyncDisposable {}

interface OfferSettings {
  readonly environment: Environment
  /** The store of the logs. */
  readonly source: string
  /** The store of the results. */
  readonly output: StoreSettings
  readonly outputPrefix: string
  /** Tokens and the prefix of results are made of it: a job's id, the same in every attempt. */
  readonly seed: string
}

/** Offers Athena if the tables have the logs of the source. The SDK is loaded when it is opened. */
export function offerAthena({ environment, source, output, outputPrefix, seed }: OfferSettings): AthenaOffer {
  const { athena, region, source: own, name } = environment
  if (!athena) return { obstacle: `no Athena is set up for ${name}` }
  if (withSlash(source) !== withSlash(own)) return { obstacle: `the tables are those of ${own}, not of ${source}` }
  if (!isS3Url(source)) return { obstacle: `Athena reads S3, not ${source}` }
  if (!isS3Url(output.url)) return { obstacle: `its results need a bucket, not ${output.url}` }
  return {
    open: async () => {
      const { openAthena } = await import('./client.ts')
      const { bucket, prefix } = parseS3Url(output.url)
      const settings = { ...output, url: `s3://${bucket}` }
      const results = { name: bucket, store: openStore(settings), documents: openDocuments(settings) }
      const api = openAthena({ region })
      return {
        api,
        database: athena.database,
        workgroup: athena.workgroup,
        seed,
        results,
        prefix: `${prefix}${outputPrefix}athena/${seed}/`,
        [Symbol.asyncDispose]: async () => {
          api[Symbol.dispose]()
          await results.store[Symbol.asyncDispose]()
          await results.documents[Symbol.asyncDispose]()
        }
      }
    }
  }
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)
