import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import { decodeChunked } from './chunked-body.ts'
import { hmac, type RawAnswer, sendRaw, sha256, signedHeaders } from './raw-request.ts'
import { type S3Server, startS3Server } from './server.ts'

const text = 'hello, chunked world'
const crcOf = (of: string): string => {
  const digest = Buffer.alloc(4)
  digest.writeUInt32BE(crc32(of))
  return digest.toString('base64')
}
const frames = `5\r\nhello\r\n${(text.length - 5).toString(16)}\r\n${text.slice(5)}\r\n0\r\n`
const right = `${frames}x-amz-checksum-crc32:${crcOf(text)}\r\n\r\n`

function put(server: S3Server, body: string, changes: Record<string, string> = {}): Promise<RawAnswer> {
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(text.length),
    'x-amz-trailer': 'x-amz-checksum-crc32',
    ...changes
  }
  const signing = { payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }
  return sendRaw(server, { method: 'PUT', path: '/logs/a', body, headers, signing })
}

test('a body in frames is taken out of them, and its trailer held against it', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  const answer = await put(server, right, { 'content-encoding': 'gzip,aws-chunked' })
  assert.equal(answer.status, 200, answer.body.toString())
  assert.equal(server.get('logs', 'a')!.toString(), text)
  assert.equal((await sendRaw(server, { path: '/logs/a' })).headers['content-encoding'], 'gzip')
})

const wrong: readonly (readonly [string, string, Record<string, string>, string])[] = [
  ['a wrong checksum', `${frames}x-amz-checksum-crc32:${crcOf('other')}\r\n\r\n`, {}, '400 BadDigest'],
  ['a checksum that is none', `${frames}x-amz-checksum-crc32:abc\r\n\r\n`, {}, '400 InvalidRequest'],
  ['no trailer', `${frames}\r\n`, {}, '400 MalformedTrailerError'],
  ['another trailer', `${frames}x-amz-checksum-sha1:abc\r\n\r\n`, {}, '400 MalformedTrailerError'],
  ['a trailer without a name', `${frames}nothing\r\n\r\n`, {}, '400 MalformedTrailerError'],
  ['too short a length', right, { 'x-amz-decoded-content-length': '3' }, '400 IncompleteBody'],
  ['too long a length', right, { 'x-amz-decoded-content-length': '30' }, '400 IncompleteBody'],
  ['no last frame', '5\r\nhello\r\n', {}, '400 IncompleteBody'],
  ['a frame cut short', '5\r\nhel', {}, '400 IncompleteBody'],
  ['a size that is none', 'x\r\nhello\r\n0\r\n\r\n', {}, '400 InvalidRequest'],
  ['a frame longer than it says', '4\r\nhello\r\n0\r\n\r\n', {}, '400 InvalidRequest'],
  ['something behind its end', `${right}more`, {}, '400 InvalidRequest'],
  ['an unknown trailer promised', right, { 'x-amz-trailer': 'x-amz-other' }, '400 InvalidRequest']
]
for (const [name, body, changes, expected] of wrong) {
  test(`a body in frames with ${name} is refused`, async () => {
    await using server = await startS3Server({ buckets: { logs: {} } })
    const { status, code } = await put(server, body, changes)
    assert.equal(`${status} ${code}`, expected)
    assert.equal(server.get('logs', 'a'), undefined)
  })
}

test('a framed body must state its length, and a plain one must not come in HTTP chunks', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  const signing = { payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }
  const framed = await sendRaw(server, { method: 'PUT', path: '/logs/a', body: right, signing })
  assert.equal(framed.code, 'MissingContentLength')
  const plain = await sendRaw(server, { method: 'PUT', path: '/logs/a', headers: { 'transfer-encoding': 'chunked' } })
  assert.equal(plain.code, 'NotImplemented')
})

/** A body whose chunks are signed, by hand. */
function putSigned(server: S3Server, breaks: 'nothing' | 'chunk' | 'trailer' | 'signature'): Promise<RawAnswer> {
  const trailer = `x-amz-checksum-crc32:${crcOf(text)}\n`
  const raw = {
    method: 'PUT',
    path: '/logs/a',
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': String(text.length),
      'x-amz-trailer': 'x-amz-checksum-crc32'
    },
    signing: { payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', dateMs: Date.now() }
  }
  const { signature, date, scope, key } = signedHeaders(server, raw)
  let before = signature
  const sign = (kind: string, rest: string): string => {
    before = hmac(key, `AWS4-HMAC-SHA256-${kind}\n${date}\n${scope}\n${before}\n${rest}`).toString('hex')
    return before
  }
  const frame = (bytes: string): string =>
    `${bytes.length.toString(16)};chunk-signature=${sign('PAYLOAD', `${sha256('')}\n${sha256(bytes)}`)}\r\n${bytes}${bytes === '' ? '' : '\r\n'}`
  let body = frame(text.slice(0, 8)) + frame(text.slice(8)) + frame('')
  if (breaks === 'chunk') body = body.replace('world', 'worle')
  const trailerSignature = breaks === 'signature' ? '0'.repeat(64) : sign('TRAILER', sha256(trailer))
  if (breaks !== 'trailer') body += `${trailer.trim()}\r\nx-amz-trailer-signature:${trailerSignature}\r\n`
  return sendRaw(server, { ...raw, body: `${body}\r\n` })
}

test('signed frames are accepted, and refused with one bit or one signature wrong', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  assert.equal((await putSigned(server, 'chunk')).code, 'SignatureDoesNotMatch')
  assert.equal((await putSigned(server, 'signature')).code, 'SignatureDoesNotMatch')
  assert.equal((await putSigned(server, 'trailer')).code, 'MalformedTrailerError')
  assert.equal(server.get('logs', 'a'), undefined)
  assert.equal((await putSigned(server, 'nothing')).status, 200)
  assert.equal(server.get('logs', 'a')!.toString(), text)
})

test('however a framed body is cut, the same bytes come out', async () => {
  const bytes = Buffer.from(right)
  for (let cut = 0; cut <= bytes.length; cut++) {
    const source = (async function* () {
      yield bytes.subarray(0, cut)
      yield bytes.subarray(cut)
    })()
    const decoded = decodeChunked(source, undefined, true)
    let out = ''
    for await (const chunk of decoded.bytes) out += chunk
    assert.equal(out, text)
    assert.equal(decoded.trailers.get('x-amz-checksum-crc32'), crcOf(text))
  }
})
