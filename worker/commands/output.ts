import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Surroundings } from '../config/config-file.ts'
import type { Config } from '../contract/config.ts'
import { ProblemsError } from '../contract/errors.ts'
import { archiveKey, archiveName } from '../contract/names.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import type { ArchiveTarget } from '../outputs/zip/export-archive.ts'
import { isStoreUrl, locateObject, openStore } from '../stores/open-store.ts'
import { storeSettings } from '../stores/store-of.ts'
import type { FlagSpec, TypedArguments } from './flags.ts'

/*
 * Where an archive goes: what `--output` and `--link` mean.
 */

export const outputFlags: Readonly<Record<string, FlagSpec>> = {
  output: {
    value: 'PLACE',
    short: 'o',
    help: 'a file, a directory, s3://bucket/key.zip or s3://bucket/prefix/ (default: the current directory)'
  },
  force: { short: 'f', help: 'replace an existing archive' },
  link: { help: 'print a download link for an archive in S3, and when it expires' }
}

/**
 * The archive's location. A name that ends with a slash is a directory or prefix, where the archive has its own name; a
 * bucket alone takes it where jobs put theirs.
 * @throws ProblemsError for a link to what only this machine can reach
 */
export function archiveTarget(
  typed: TypedArguments,
  request: ExportRequest,
  config: Config,
  surroundings: Surroundings
): ArchiveTarget {
  const { directory, nowMs } = surroundings
  const overwrite = typed.switches.has('force')
  const name = archiveName(request.identifiers, windowOf(request))
  const named = locateObject(urlOf(typed.values.get('output') ?? '.', directory))
  const place = named.key === '' ? archiveKey(config.output.prefix, nowMs(), name) : named.key
  const key = place.endsWith('/') ? place + name : place
  const store = openStore(storeSettings(named.store, config.environments.get(request.environment)!, surroundings))
  if (typed.switches.has('link') && !store.link) {
    const text = `--link needs an archive in S3: --output s3://bucket/${config.output.prefix}`
    throw new ProblemsError('wrong-words', [{ subject: '--link', text }])
  }
  return { store, key, overwrite }
}

/** A warning for a name like `out.parquet`: whatever its ending, the archive is a zip. */
export function endingWarning(key: string): string | undefined {
  const ending = extname(key)
  return ending === '' || ending.toLowerCase() === '.zip'
    ? undefined
    : `--output: a zip is written, although the name ends with ${ending}`
}

function urlOf(output: string, directory: string): string {
  if (isStoreUrl(output)) return output
  const isPath = !/^[a-z][a-z0-9+.-]+:\/\//i.test(output)
  // A slash at the end says that it is a directory.
  if (isPath) return pathToFileURL(resolve(directory, output) + (output.endsWith('/') ? '/' : '')).href
  const text = `--output ${output}: a file, a directory or s3://bucket/key`
  throw new ProblemsError('wrong-words', [{ subject: output, text }])
}
