import { s3Error } from './errors.ts'
import type { ObjectExchange } from './exchange.ts'
import { reply } from './reply.ts'
import { element, xmlDocument } from './xml.ts'

/** GetObjectTagging. */
export async function getObjectTagging(exchange: ObjectExchange): Promise<void> {
  const { bucket, key } = exchange
  const object = bucket.storage.find(key)
  if (!object) throw s3Error('NoSuchKey', { Key: key })
  const tags = [...new URLSearchParams(object.tagging ?? '')].map(
    ([name, value]) => `<Tag>${element('Key', name)}${element('Value', value)}</Tag>`
  )
  await reply(exchange, 200, {}, xmlDocument('Tagging', `<TagSet>${tags.join('')}</TagSet>`))
}
