import { s3Error } from './errors.ts'
import type { BucketExchange, Exchange } from './exchange.ts'
import { checkEmptyPayload } from './payload.ts'
import { reply } from './reply.ts'
import { hasRequestBody } from './request.ts'
import { receiveBody } from './request-body.ts'
import { element, xmlDocument } from './xml.ts'
import { childText, parseXml } from './xml-parse.ts'

const isoDate = (ms: number): string => new Date(ms).toISOString()

export async function listBuckets(exchange: Exchange): Promise<void> {
  const { buckets, account } = exchange.service
  const names = [...buckets.keys()].sort()
  const elements = names.map((name) => {
    const { createdMs, region } = buckets.get(name)!
    const inside = [element('Name', name), element('CreationDate', isoDate(createdMs)), element('BucketRegion', region)]
    return `<Bucket>${inside.join('')}</Bucket>`
  })
  const owner = `<Owner>${element('ID', account)}</Owner>`
  await reply(
    exchange,
    200,
    {},
    xmlDocument('ListAllMyBucketsResult', `${owner}<Buckets>${elements.join('')}</Buckets>`)
  )
}

export async function headBucket(exchange: BucketExchange): Promise<void> {
  await reply(exchange, 200, { 'x-amz-bucket-region': exchange.bucket.region, 'content-type': 'application/xml' })
}

export async function getBucketLocation(exchange: BucketExchange): Promise<void> {
  const { region } = exchange.bucket
  // The first region has no name here.
  const text = region === 'us-east-1' ? '' : region
  await reply(exchange, 200, {}, xmlDocument('LocationConstraint', text))
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** CreateBucket, in the region of the server and in no other. */
export async function createBucket(exchange: Exchange): Promise<void> {
  const { request, service } = exchange
  const name = request.bucket!
  const hasBody = hasRequestBody(request)
  if (!hasBody) checkEmptyPayload(exchange.payload)
  const location = hasBody ? await readLocation(exchange) : undefined
  checkBucketName(name)
  if ((location ?? 'us-east-1') !== service.region) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'LocationConstraint' },
      'The specified location-constraint is not valid here'
    )
  }
  if (service.buckets.has(name)) throw s3Error('BucketAlreadyOwnedByYou', { BucketName: name })
  service.createBucket(name)
  await reply(exchange, 200, { location: `/${name}` })
}

/** Refuses what can't be a bucket's name. */
export function checkBucketName(name: string): void {
  if (!bucketName.test(name)) throw s3Error('InvalidBucketName', { BucketName: name })
}

async function readLocation(exchange: Exchange): Promise<string | undefined> {
  const { content } = await receiveBody(exchange, { maxBytes: 65_536, wantsMd5: false })
  const root = parseXml(content.read(0, content.size).toString(), 'CreateBucketConfiguration')
  return childText(root, 'LocationConstraint')
}
