import { IotLogError } from '../contract/errors.ts'
import type { Store, StoreSettings } from '../contract/store.ts'
import { openDirectoryStore } from './directory.ts'
import { openS3Store } from './s3.ts'

/** The stores by the scheme of their URL. */
const openers: Readonly<Record<string, (settings: StoreSettings) => Store>> = {
  'file:': openDirectoryStore,
  's3:': openS3Store
}

/** Opens the store of a URL. @throws IotLogError (`wrong-config`) for a scheme without a store. */
export function openStore(settings: StoreSettings): Store {
  const scheme = settings.url.slice(0, settings.url.indexOf(':') + 1)
  const open = openers[scheme]
  if (open) return open(settings)
  const known = Object.keys(openers).map((one) => `${one}//…`)
  throw new IotLogError(
    'wrong-config',
    `No store reads ${settings.url}: the source must be one of ${known.join(', ')}`,
    {
      subject: settings.url
    }
  )
}
