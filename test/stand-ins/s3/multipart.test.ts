import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { checksumOf } from './checksums.ts'
import { clientOf, failureOf } from './clients.ts'
import { sendRaw } from './raw-request.ts'
import { type S3Server, startS3Server } from './server.ts'

const minPart = 5 * 1024 * 1024
const full = Buffer.alloc(minPart, 'a full part ')
const end = Buffer.from('the end')
const place = { Bucket: 'logs', Key: 'a' }

/** An upload under way, with what its parts were answered. */
async function begin(server: S3Server, input: Partial<CreateMultipartUploadCommandInput> = {}) {
  const client = clientOf(server)
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...place, ...input }))
  const named = { ...place, UploadId }
  return {
    client,
    named,
    part: async (PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
      const algorithm = input.ChecksumAlgorithm ? { ChecksumAlgorithm: input.ChecksumAlgorithm } : {}
      const { $metadata, ...answer } = await client.send(
        new UploadPartCommand({ ...named, PartNumber, Body, ...algorithm })
      )
      return { ...answer, PartNumber }
    },
    complete: (Parts: readonly CompletedPart[], more: Partial<CompleteMultipartUploadCommandInput> = {}) =>
      client.send(new CompleteMultipartUploadCommand({ ...named, MultipartUpload: { Parts: [...Parts] }, ...more })),
    [Symbol.dispose]: () => client.destroy()
  }
}

test('parts become an object, in the order of their numbers', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using upload = await begin(server, { ContentType: 'application/zip', Metadata: { who: 'me' } })
  const last = await upload.part(7, end)
  const first = await upload.part(2, full)
  assert.deepEqual(server.openUploads('logs'), [{ key: 'a', uploadId: upload.named.UploadId, parts: [2, 7] }])
  assert.equal(server.get('logs', 'a'), undefined)
  const { ETag } = await upload.complete([first, last])
  assert.match(ETag!, /^"[0-9a-f]{32}-2"$/)
  assert.ok(server.get('logs', 'a')!.equals(Buffer.concat([full, end])))
  assert.deepEqual(server.openUploads('logs'), [])
  const got = await upload.client.send(new GetObjectCommand(place))
  assert.deepEqual([got.ETag, got.ContentType, got.Metadata], [ETag, 'application/zip', { who: 'me' }])
  assert.equal(await failureOf(upload.complete([first, last])), '404 NoSuchUpload')
})

test('a part may be sent again, and one that is not named is left out', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using upload = await begin(server)
  const old = await upload.part(1, Buffer.from('old'))
  const part = await upload.part(1, end)
  await upload.part(2, Buffer.from('unused'))
  assert.equal(await failureOf(upload.complete([old])), '400 InvalidPart')
  await upload.complete([part])
  assert.equal(server.get('logs', 'a')!.toString(), 'the end')
})

test('a completion that names the wrong parts is rejected and can be repeated with the right ones', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using upload = await begin(server)
  const [small, first, last] = [await upload.part(1, end), await upload.part(2, full), await upload.part(3, end)]
  assert.equal(await failureOf(upload.complete([last, first])), '400 InvalidPartOrder')
  assert.equal(await failureOf(upload.complete([first, first])), '400 InvalidPartOrder')
  assert.equal(await failureOf(upload.complete([{ ...first, ETag: '"other"' }])), '400 InvalidPart')
  assert.equal(await failureOf(upload.complete([{ ...first, ChecksumCRC32: 'AAAAAA==' }])), '400 InvalidPart')
  assert.equal(await failureOf(upload.complete([first, { ...last, PartNumber: 4 }])), '400 InvalidPart')
  assert.equal(await failureOf(upload.complete([small, first])), '400 EntityTooSmall')
  assert.equal(await failureOf(upload.complete([])), '400 MalformedXML')
  assert.equal(await failureOf(upload.complete([first, last], { MpuObjectSize: 5 })), '400 InvalidRequest')
  assert.equal(await failureOf(upload.complete([first, last], { Key: 'b' })), '404 NoSuchUpload')
  server.put('logs', 'a', 'there')
  assert.equal(await failureOf(upload.complete([first, last], { IfNoneMatch: '*' })), '412 PreconditionFailed')
  assert.equal(server.get('logs', 'a')!.toString(), 'there')
  server.delete('logs', 'a')
  await upload.complete([first, last], { IfNoneMatch: '*', MpuObjectSize: full.length + end.length })
  assert.equal(server.get('logs', 'a')!.length, full.length + end.length)
})

test('a checksum is of the parts or of the whole, and every part must bring it', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using upload = await begin(server, { ChecksumAlgorithm: 'CRC32' })
  const parts = [await upload.part(1, full), await upload.part(2, end)]
  const without = { ...upload.named, PartNumber: 3, Body: end, ChecksumSHA1: checksumOf('SHA1', end).value }
  assert.equal(await failureOf(upload.client.send(new UploadPartCommand(without))), '400 InvalidRequest')
  const bare = parts.map(({ PartNumber, ETag }) => ({ PartNumber: PartNumber!, ETag: ETag! }))
  assert.equal(await failureOf(upload.complete(bare)), '400 InvalidRequest')
  const composite = await upload.complete(parts)
  assert.equal(composite.ChecksumType, 'COMPOSITE')
  assert.match(composite.ChecksumCRC32!, /==-2$/)

  using whole = await begin(server, { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' })
  const wholeParts = [await whole.part(1, full), await whole.part(2, end)]
  const expected = checksumOf('CRC32', Buffer.concat([full, end])).value
  const wrong = { ChecksumCRC32: 'AAAAAA==', ChecksumType: 'FULL_OBJECT' } as const
  assert.equal(await failureOf(whole.complete(wholeParts, wrong)), '400 BadDigest')
  const done = await whole.complete(wholeParts, { ...wrong, ChecksumCRC32: expected })
  assert.deepEqual([done.ChecksumCRC32, done.ChecksumType], [expected, 'FULL_OBJECT'])
  const impossible = { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' } as const
  assert.equal(await failureOf(begin(server, impossible)), '400 InvalidRequest')
})

test('lib-storage uploads a stream of unknown length', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using client = clientOf(server)
  const chunks = Array.from({ length: 13 }, (_, at) => Buffer.alloc(1_000_003, at))
  const upload = new Upload({ client, params: { ...place, Body: Readable.from(chunks) }, partSize: minPart })
  await upload.done()
  assert.ok(server.get('logs', 'a')!.equals(Buffer.concat(chunks)))
  assert.equal(server.requestCounts.get('UploadPart'), 3)
})

test('an aborted upload is gone', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using upload = await begin(server)
  const part = await upload.part(1, end)
  const abort = new AbortMultipartUploadCommand(upload.named)
  assert.equal((await upload.client.send(abort)).$metadata.httpStatusCode, 204)
  assert.equal(await failureOf(upload.client.send(abort)), '404 NoSuchUpload')
  assert.equal(await failureOf(upload.part(2, end)), '404 NoSuchUpload')
  assert.equal(await failureOf(upload.complete([part])), '404 NoSuchUpload')
  assert.deepEqual([server.keys('logs'), server.openUploads('logs')], [[], []])
})

test('a part number is between 1 and 10,000', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  using upload = await begin(server)
  for (const number of ['0', '10001', 'x', '-1']) {
    const query = `partNumber=${number}&uploadId=${upload.named.UploadId}`
    const { code } = await sendRaw(server, { method: 'PUT', path: '/logs/a', query, body: 'x' })
    assert.equal(code, 'InvalidArgument', number)
  }
  await upload.part(10_000, end)
})

test('uploads and parts are listed page by page', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  for (const Key of ['b', 'a/1', 'a/2', 'a/2', 'c']) (await begin(server, { Key }))[Symbol.dispose]()
  using upload = await begin(server, { Key: 'parts' })
  const named = { Bucket: 'logs', Prefix: 'a/' }
  const keys: string[] = []
  const ids = new Set<string>()
  let marker: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> = {}
  for (let isTruncated = true; isTruncated; ) {
    const command = new ListMultipartUploadsCommand({ ...named, MaxUploads: 1, ...marker })
    const page = await upload.client.send(command)
    assert.equal(page.Uploads!.length, 1)
    keys.push(page.Uploads![0]!.Key!)
    ids.add(page.Uploads![0]!.UploadId!)
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
    isTruncated = page.IsTruncated!
  }
  assert.deepEqual([keys, ids.size], [['a/1', 'a/2', 'a/2'], 3])

  using parted = await begin(server)
  for (const number of [5, 1, 3]) await parted.part(number, end)
  const first = await parted.client.send(new ListPartsCommand({ ...parted.named, MaxParts: 2 }))
  assert.deepEqual(
    first.Parts!.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [
      [1, 7],
      [3, 7]
    ]
  )
  const behind = { PartNumberMarker: first.NextPartNumberMarker! }
  const second = await parted.client.send(new ListPartsCommand({ ...parted.named, ...behind }))
  assert.deepEqual([second.Parts!.map(({ PartNumber }) => PartNumber), second.IsTruncated], [[5], false])
})

test('a part can be a span of an object', async () => {
  await using server = await startS3Server({ buckets: { logs: {} } })
  server.put('logs', 'source', '0123456789')
  using upload = await begin(server)
  const copy = { ...upload.named, PartNumber: 1, CopySource: 'logs/source', CopySourceRange: 'bytes=2-4' }
  const { CopyPartResult } = await upload.client.send(new UploadPartCopyCommand(copy))
  await upload.complete([{ PartNumber: 1, ETag: CopyPartResult!.ETag! }])
  assert.equal(server.get('logs', 'a')!.toString(), '234')
})
