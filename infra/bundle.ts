/*
 * `node infra/bundle.ts NAME DIRECTORY`: writes one bundle of dist, with the configuration of the repository. The
 * Dockerfile uses it for the image. It needs no AWS account.
 */

import { fileURLToPath } from 'node:url'
import { configName } from '../worker/config/config-file.ts'
import { type BundleName, bundles, writeBundle } from './bundles.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const [name = '', target] = process.argv.slice(2)
if (!Object.hasOwn(bundles, name) || target === undefined) {
  process.stderr.write(`usage: node infra/bundle.ts ${Object.keys(bundles).join('|')} DIRECTORY\n`)
  process.exit(2)
}
writeBundle(name as BundleName, `${repository}dist`, `${repository}${configName}`, target)
