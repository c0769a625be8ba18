import type { ChunkChain } from './chunk-chain.ts'
import { s3Error } from './errors.ts'
import { header, type S3Request } from './request.ts'

/** How a request vouches for its body: `x-amz-content-sha256` understood. */
export type Payload =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'hashed'; readonly sha256: string }
  /** In `aws-chunked` frames, each signed if there is a chain, with trailers or without. */
  | { readonly kind: 'framed'; readonly chain: ChunkChain | undefined; readonly hasTrailers: boolean }

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const unsigned: Payload = { kind: 'unsigned' }
const empty: Payload = { kind: 'hashed', sha256: emptySha256 }

export function payloadOf(request: S3Request, declared: string, chain: ChunkChain): Payload {
  switch (declared) {
    case emptySha256:
      return empty
    case 'UNSIGNED-PAYLOAD':
      return unsigned
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return framed(request, undefined, true)
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return framed(request, chain, false)
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return framed(request, chain, true)
  }
  if (/^[0-9a-f]{64}$/.test(declared)) return { kind: 'hashed', sha256: declared }
  const text =
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value.'
  throw s3Error('InvalidArgument', { ArgumentName: 'x-amz-content-sha256', ArgumentValue: declared }, text)
}

function framed(request: S3Request, chain: ChunkChain | undefined, hasTrailers: boolean): Payload {
  if (header(request, 'x-amz-decoded-content-length') === undefined) {
    const details = { HeaderName: 'x-amz-decoded-content-length' }
    throw s3Error('MissingContentLength', details, 'You must provide the x-amz-decoded-content-length HTTP header.')
  }
  if (hasTrailers && header(request, 'x-amz-trailer') === undefined) {
    throw s3Error('InvalidRequest', {}, 'Missing required header for this request: x-amz-trailer')
  }
  return { kind: 'framed', chain, hasTrailers }
}

/** Refuses a request whose signature covers a body, and that has none. */
export function checkEmptyPayload(payload: Payload): void {
  if (payload.kind !== 'hashed' || payload.sha256 === emptySha256) return
  throw sha256Mismatch(payload.sha256, emptySha256)
}

export function sha256Mismatch(claimed: string, computed: string): Error {
  return s3Error('XAmzContentSHA256Mismatch', {
    ClientComputedContentSHA256: claimed,
    S3ComputedContentSHA256: computed
  })
}
