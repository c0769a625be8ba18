import { statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Surroundings } from '../config/config-file.ts'
import type { Config } from '../contract/config.ts'
import { ProblemsError } from '../contract/errors.ts'
import { archiveKey, archiveName } from '../contract/names.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import type { ArchiveTarget } from '../outputs/zip/export-archive.ts'
import { storeError } from '../stores/directory-error.ts'
import { openStore } from '../stores/open-store.ts'
import type { FlagSpec, TypedArguments } from './flags.ts'
import { storeSettings } from './settings.ts'

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
 * The archive's place. A name that ends with a slash is a directory or prefix for the archive's own name; a bucket alone
 * takes it where jobs put theirs.
 * @throws ProblemsError for a link to what nobody else can reach
 */
export function archiveTarget(
  typed: TypedArguments,
  request: ExportRequest,
  config: Config,
  surroundings: Surroundings
): ArchiveTarget {
  const { directory, nowMs } = surroundings
  const output = typed.values.get('output') ?? '.'
  const overwrite = typed.switches.has('force')
  const name = archiveName(request.identifiers, windowOf(request))
  const place = /^s3:/i.test(output)
    ? placeInS3(output, name, archiveKey(config.output.prefix, nowMs(), name))
    : placeOnDisk(pathOf(output, directory), output.endsWith('/'), name)
  const store = openStore(storeSettings(place.url, config.environments.get(request.environment)!, surroundings))
  if (typed.switches.has('link') && !store.link) {
    const text = `--link needs an archive in S3: --output s3://bucket/${config.output.prefix}`
    throw new ProblemsError('wrong-words', [{ subject: '--link', text }])
  }
  return { store, key: place.key, overwrite }
}

/** A warning for a name like `out.parquet`: whatever its ending, the archive is a zip. */
export function endingWarning(key: string): string | undefined {
  const ending = extname(key)
  return ending === '' || ending.toLowerCase() === '.zip'
    ? undefined
    : `--output: a zip is written, although the name ends with ${ending}`
}

interface Place {
  /** Of the store. */
  readonly url: string
  readonly key: string
}

function placeInS3(output: string, name: string, usualKey: string): Place {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(output) ?? []
  const fullKey = key === '' ? usualKey : key.endsWith('/') ? key + name : key
  return { url: `s3://${bucket}`, key: fullKey }
}

function pathOf(output: string, directory: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(output)?.[1]?.toLowerCase()
  if (scheme === undefined) return resolve(directory, output)
  if (scheme === 'file' && URL.canParse(output)) return fileURLToPath(output)
  const text = `--output ${output}: a file, a directory or s3://bucket/key`
  throw new ProblemsError('wrong-words', [{ subject: output, text }])
}

function placeOnDisk(path: string, isDirectoryName: boolean, name: string): Place {
  const isDirectory = isDirectoryName || isDirectoryAt(path)
  const file = isDirectory ? join(path, name) : path
  return { url: pathToFileURL(dirname(file)).href, key: basename(file) }
}

function isDirectoryAt(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch (error) {
    throw storeError(path, error)
  }
}
