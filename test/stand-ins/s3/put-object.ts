import { randomBytes } from 'node:crypto'
import { checksumHeader } from './checksums.ts'
import { checkWrite } from './conditions.ts'
import type { ObjectExchange } from './exchange.ts'
import { newObjectProperties } from './object-headers.ts'
import { reply } from './reply.ts'
import { receiveBody } from './request-body.ts'

const maxPutBytes = 5 * 1024 ** 3

/** PutObject. Conditions are checked before the body is read, and again when the object takes its place. */
export async function putObject(exchange: ObjectExchange): Promise<void> {
  const { bucket, key, request, service } = exchange
  const { storage } = bucket
  const properties = newObjectProperties(request)
  checkWrite(request, storage.find(key))
  const limits = { maxBytes: maxPutBytes, wantsMd5: !storage.hasPlainEtags, storage }
  const { content, md5, checksum } = await receiveBody(exchange, limits)
  checkWrite(request, storage.find(key))
  const etag = etagOf(md5)
  const kept = checksum && ({ ...checksum, type: 'FULL_OBJECT' } as const)
  storage.put(key, content, { ...properties, etag, checksum: kept }, service.nowMs())
  await reply(exchange, 200, {
    etag: `"${etag}"`,
    ...(kept ? { [checksumHeader(kept.algorithm)]: kept.value, 'x-amz-checksum-type': kept.type } : {})
  })
}

/** The MD5, or where that was not wanted something as good as unique. */
export function etagOf(md5: string | undefined): string {
  return md5 ?? randomBytes(16).toString('hex')
}
