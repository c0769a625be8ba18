import { s3Error } from './errors.ts'

const plainPath = /^[A-Za-z0-9\-._~/]*$/
const leftByEncodeUri = /[!'()*]/g
const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

/** Every byte but `A-Z a-z 0-9 - . _ ~` as `%XX`: the one encoding of SigV4. */
export function encodeUri(text: string): string {
  return encodeURIComponent(text).replace(leftByEncodeUri, percent)
}

/** A path as S3's canonical request has it: decoded once, encoded once, slashes kept. */
export function canonicalPath(rawPath: string): string {
  if (plainPath.test(rawPath)) return rawPath
  return encodeUri(decodeUri(rawPath)).replaceAll('%2F', '/')
}

/** Undoes `%XX`; a plus sign stays one. */
export function decodeUri(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw s3Error('InvalidURI')
  }
}

export type QueryPair = readonly [name: string, value: string]

const noPairs: readonly QueryPair[] = []

/** The decoded pairs of a query in their order; a name without `=` has an empty value. */
export function parseQuery(rawQuery: string): readonly QueryPair[] {
  if (rawQuery === '') return noPairs
  const pairs: QueryPair[] = []
  for (const pair of rawQuery.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = equals < 0 ? pair : pair.slice(0, equals)
    const value = equals < 0 ? '' : pair.slice(equals + 1)
    pairs.push([decodeUri(name.replaceAll('+', ' ')), decodeUri(value.replaceAll('+', ' '))])
  }
  return pairs
}

/** A query as SigV4 signs it: encoded, sorted by name, then value. */
export function canonicalQuery(pairs: readonly QueryPair[], without?: string): string {
  if (pairs.length === 0) return ''
  const encoded = pairs
    .filter(([name]) => name !== without)
    .map(([name, value]) => [encodeUri(name), encodeUri(value)] as const)
  if (encoded.length > 1) {
    encoded.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0))
  }
  return encoded.map(([name, value]) => `${name}=${value}`).join('&')
}

/**
 * A key as a listing with `encoding-type=url` has it: a space is a plus sign, `/` and `*` stay, `~` does not (as
 * MinIO's `s3URLEncode` found of S3).
 */
export function encodeListed(key: string): string {
  return encodeUri(key).replaceAll('%2F', '/').replaceAll('%2A', '*').replaceAll('~', '%7E').replaceAll('%20', '+')
}
