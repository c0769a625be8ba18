import { hash, type KeyObject } from 'node:crypto'
import { s3Error } from './errors.ts'
import { signText } from './signature.ts'

/** Where the signatures of a body's chunks begin: each one signs the one before. */
export interface ChunkChain {
  readonly key: KeyObject
  readonly scope: string
  readonly date: string
  /** Of the request itself. */
  readonly signature: string
}

/** Checks the signatures one after another. */
export interface ChunkChecker {
  checkChunk(sha256: string, signature: string | undefined): void
  checkTrailers(canonicalTrailers: string, signature: string | undefined): void
}

const emptySha256 = hash('sha256', '')

export function startChunkChecker({ key, scope, date, signature }: ChunkChain): ChunkChecker {
  let before = signature
  const check = (kind: string, rest: string, given: string | undefined): void => {
    const toSign = `AWS4-HMAC-SHA256-${kind}\n${date}\n${scope}\n${before}\n${rest}`
    before = signText(key, toSign)
    if (given !== before) throw s3Error('SignatureDoesNotMatch', { StringToSign: toSign })
  }
  return {
    checkChunk: (sha256, given) => check('PAYLOAD', `${emptySha256}\n${sha256}`, given),
    checkTrailers: (trailers, given) => check('TRAILER', hash('sha256', trailers), given)
  }
}
