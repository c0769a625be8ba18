import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { authenticate } from './authenticate.ts'
import { checkBucket } from './buckets.ts'
import { checksumOf } from './checksums.ts'
import { bucketOperations, objectOperations, serviceOperations } from './dispatch.ts'
import { type Effects, effectsOf, noEffects } from './effects.ts'
import { s3Error } from './errors.ts'
import type { BucketExchange, Exchange, ObjectExchange, Service } from './exchange.ts'
import type { FaultState } from './faults.ts'
import { type OperationName, operationOf, operationsWithBody } from './operation.ts'
import { checkEmptyPayload } from './payload.ts'
import { Pieces } from './pieces.ts'
import { replyError } from './reply.ts'
import { hasRequestBody, readRequest, type S3Request } from './request.ts'
import { receiveBody, Unanswered } from './request-body.ts'
import type { RequestLog } from './request-log.ts'
import type { Credentials } from './signature.ts'
import { stopConnection } from './stop.ts'
import type { ObjectProperties } from './storage.ts'

/** What requests are answered from. */
export interface Host {
  readonly service: Service
  readonly credentials: ReadonlyMap<string, Credentials>
  readonly faults: FaultState
  readonly log: RequestLog
}

/** Answers one request: faults first, then who asks, then where, then what. Never throws. */
export async function handle(
  host: Host,
  incoming: IncomingMessage,
  response: ServerResponse,
  awaitsContinue: boolean
): Promise<void> {
  const read = attempt(() => readRequest(incoming))
  const request = 'value' in read ? read.value : unreadable(incoming)
  const operation = 'value' in read ? operationOf(request) : undefined
  const { exchange, effects } = begin(host, request, operation, response, awaitsContinue)
  try {
    if (effects !== noEffects && !(await applyEffects(exchange, effects, operation))) return
    if ('error' in read) throw read.error
    await carryOut(host, exchange, operation)
  } catch (error) {
    if (error instanceof Unanswered) return
    if (response.headersSent) response.destroy()
    else await replyError(exchange, error)
  }
}

let requests = 0

function begin(
  host: Host,
  request: S3Request,
  operation: OperationName | undefined,
  response: ServerResponse,
  awaitsContinue: boolean
): { readonly exchange: Exchange; readonly effects: Effects } {
  const { bucket, key } = request
  const name = operation ?? 'Unknown'
  const record = {
    method: request.method,
    operation: name,
    bucket,
    key,
    query: request.rawQuery,
    status: 0,
    range: request.headers.range
  }
  host.log.add(record)
  const effects = effectsOf(host.faults.actionsOn(name, bucket, key))
  const isUpload = operation === 'PutObject' || operation === 'UploadPart'
  const exchange: Exchange = {
    service: host.service,
    request,
    response,
    bucket: bucket === undefined ? undefined : host.service.buckets.get(bucket),
    key,
    requestId: (++requests).toString(16).toUpperCase().padStart(16, '0'),
    record,
    payload: { kind: 'unsigned' },
    receiving: isUpload ? effects : noEffects,
    sending: isUpload ? { ...noEffects, losesAnswer: effects.losesAnswer } : effects,
    awaitsContinue
  }
  return { exchange, effects }
}

/** What happens before a request is looked at; false where it gets no answer. */
async function applyEffects(
  exchange: Exchange,
  effects: Effects,
  operation: OperationName | undefined
): Promise<boolean> {
  const { bucket, key, response } = exchange
  if (effects.refuses) {
    response.socket?.destroy()
    return false
  }
  // An upload waits when its body is in: see receiveBody.
  if (effects.latencyMs > 0 && exchange.receiving === noEffects)
    await sleep(effects.latencyMs, undefined, { ref: false })
  if (effects.replacement !== undefined && bucket && key !== undefined && operation) {
    const { replacement } = effects
    if (replacement === null) bucket.storage.delete(key)
    else bucket.storage.put(key, Pieces.of(replacement), propertiesOf(replacement), exchange.service.nowMs())
  }
  if (effects.error) throw effects.error
  if (!effects.stop || effects.stop.afterBytes !== undefined) return true
  stopConnection(response.socket, effects.stop.kind)
  return false
}

/** What an object has that is put without a request. */
export function propertiesOf(bytes: Buffer): ObjectProperties {
  return {
    etag: createHash('md5').update(bytes).digest('hex'),
    storageClass: 'STANDARD',
    headers: { 'content-type': 'binary/octet-stream' },
    checksum: { ...checksumOf('CRC32', bytes), type: 'FULL_OBJECT' }
  }
}

async function carryOut(host: Host, exchange: Exchange, operation: OperationName | undefined): Promise<void> {
  const { service, request, bucket } = exchange
  const settings = { credentials: host.credentials, region: service.region, nowMs: service.nowMs() }
  exchange.payload = authenticate(request, settings).payload
  if (operation === undefined) throw s3Error('NotImplemented')
  if (!operationsWithBody.has(operation)) {
    if (!hasRequestBody(request)) checkEmptyPayload(exchange.payload)
    else await receiveBody(exchange, { maxBytes: 65_536, wantsMd5: false, hasObjectChecksum: true })
  }
  const onService = serviceOperations[operation]
  if (onService) return onService(exchange)
  if (!bucket) throw s3Error('NoSuchBucket', { BucketName: request.bucket ?? '' })
  checkBucket(request, bucket, service.region)
  const onBucket = bucketOperations[operation]
  if (onBucket) return onBucket(exchange as BucketExchange)
  await objectOperations[operation]!(exchange as ObjectExchange)
}

function attempt<T>(run: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: run() }
  } catch (error) {
    return { error }
  }
}

/** A request that could not be taken apart, as far as its answer needs it. */
function unreadable(incoming: IncomingMessage): S3Request {
  return {
    method: incoming.method ?? 'GET',
    rawPath: incoming.url ?? '',
    rawQuery: '',
    pairs: [],
    query: new Map(),
    headers: incoming.headers,
    bucket: undefined,
    key: undefined,
    incoming
  }
}
