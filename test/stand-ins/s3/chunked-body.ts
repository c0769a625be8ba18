import { createHash, type Hash } from 'node:crypto'
import { type ChunkChain, type ChunkChecker, startChunkChecker } from './chunk-chain.ts'
import { s3Error } from './errors.ts'

/*
 * The frames of `aws-chunked` bodies:
 *   hex-size[;chunk-signature=hex] CRLF bytes CRLF ... 0[;chunk-signature=hex] CRLF [name:value CRLF]... CRLF
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */

const maxLineBytes = 16 * 1024

export interface ChunkedBody {
  /** The bytes inside the frames, in the chunks they came in. */
  readonly bytes: AsyncIterable<Buffer>
  /** What came behind them; complete after the last byte. */
  readonly trailers: ReadonlyMap<string, string>
}

/** Takes the frames off a body; a bad frame, a wrong signature or an early end throws. */
export function decodeChunked(
  source: AsyncIterable<Buffer>,
  chain: ChunkChain | undefined,
  hasTrailers: boolean
): ChunkedBody {
  const trailers = new Map<string, string>()
  const checker = chain && startChunkChecker(chain)
  return { bytes: decode(source, checker, hasTrailers, trailers), trailers }
}

async function* decode(
  source: AsyncIterable<Buffer>,
  checker: ChunkChecker | undefined,
  hasTrailers: boolean,
  trailers: Map<string, string>
): AsyncGenerator<Buffer> {
  const reader = startReader(source)
  for (;;) {
    const { size, signature } = parseFrame(await reader.line(), checker !== undefined)
    const sha256: Hash | undefined = checker && createHash('sha256')
    for (let left = size; left > 0; ) {
      const bytes = await reader.some(left)
      left -= bytes.length
      sha256?.update(bytes)
      yield bytes
    }
    checker?.checkChunk(sha256!.digest('hex'), signature)
    if (size === 0) break
    if ((await reader.line()) !== '') throw badFrame()
  }
  if (hasTrailers) await readTrailers(reader, checker, trailers)
  else if ((await reader.line()) !== '') throw badFrame()
  if (!(await reader.isAtEnd())) throw badFrame()
}

async function readTrailers(
  reader: Reader,
  checker: ChunkChecker | undefined,
  trailers: Map<string, string>
): Promise<void> {
  let canonical = ''
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':')
    if (colon <= 0) throw s3Error('MalformedTrailerError')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'x-amz-trailer-signature') {
      checker?.checkTrailers(canonical, value)
      trailers.set(name, value)
    } else {
      canonical += `${name}:${value}\n`
      trailers.set(name, value)
    }
  }
  if (checker && !trailers.has('x-amz-trailer-signature')) throw s3Error('MalformedTrailerError')
}

function parseFrame(line: string, isSigned: boolean): { size: number; signature: string | undefined } {
  const parts = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line)
  if (!parts || (parts[2] !== undefined) !== isSigned) throw badFrame()
  return { size: Number.parseInt(parts[1]!, 16), signature: parts[2] }
}

const badFrame = (): Error => s3Error('InvalidRequest', {}, 'The aws-chunked body is not well-formed')
const cutShort = (): Error => s3Error('IncompleteBody')

interface Reader {
  line(): Promise<string>
  /** At least one byte, at most `limit`. */
  some(limit: number): Promise<Buffer>
  isAtEnd(): Promise<boolean>
}

function startReader(source: AsyncIterable<Buffer>): Reader {
  const chunks = source[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  const more = async (): Promise<boolean> => {
    const { done, value } = await chunks.next()
    if (done) return false
    if (value.length === 0) return more()
    rest = rest.length === 0 ? value : Buffer.concat([rest, value])
    return true
  }
  return {
    line: async () => {
      for (;;) {
        const end = rest.indexOf('\r\n')
        if (end >= 0) {
          const line = rest.toString('latin1', 0, end)
          rest = rest.subarray(end + 2)
          return line
        }
        if (rest.length > maxLineBytes) throw badFrame()
        if (!(await more())) throw cutShort()
      }
    },
    some: async (limit) => {
      while (rest.length === 0) if (!(await more())) throw cutShort()
      const bytes = rest.subarray(0, limit)
      rest = rest.subarray(bytes.length)
      return bytes
    },
    isAtEnd: async () => rest.length === 0 && !(await more())
  }
}
