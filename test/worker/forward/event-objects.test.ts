import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { continuationBody, parseBody, readEvent } from '../../../worker/forward/event-objects.ts'

const s3Record = (key: string, more: object = {}, eventName = 'ObjectCreated:Put'): object => ({
  eventSource: 'aws:s3',
  eventName,
  s3: { bucket: { name: 'logs' }, object: { key, size: 12, eTag: 'abc', sequencer: '00', ...more } }
})
const notification = { Records: [s3Record('telemetry/2023/10/01/03/red+flower%28%C3%A9%29.gz')] }
const expected = [
  { bucket: 'logs', key: 'telemetry/2023/10/01/03/red flower(\u00e9).gz', size: 12, etag: 'abc', from: 0 }
]
const topicMessage = {
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:ap-northeast-1:111111111111:logs',
  Message: JSON.stringify(notification),
  Signature: 'x'
}

function objectsOf(event: unknown) {
  const parsed = readEvent(event)
  return 'problem' in parsed ? assert.fail(parsed.problem) : parsed.objects
}

describe('the objects of an event', () => {
  it('a notification of S3 names an object, with its key decoded', () =>
    assert.deepEqual(objectsOf(notification), expected))

  it('a notification through a topic names the same object for a queue and a function', () => {
    assert.deepEqual(objectsOf(topicMessage), expected)
    assert.deepEqual(objectsOf({ Records: [{ EventSource: 'aws:sns', Sns: topicMessage }] }), expected)
  })

  it('an event of EventBridge names the same object, with its key as it is', () => {
    const object = { key: 'a+b%20c', size: 12, etag: 'abc', sequencer: '00' }
    const event = {
      version: '0',
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { version: '0', bucket: { name: 'logs' }, object, reason: 'PutObject' }
    }
    assert.deepEqual(objectsOf(event), [{ ...expected[0], key: 'a+b%20c' }])
    assert.deepEqual(objectsOf({ ...event, 'detail-type': 'Object Deleted' }), [])
  })

  it('an event with several records names all their objects', () => {
    const Records = [
      s3Record('a'),
      s3Record('b', { eTag: undefined, size: undefined }),
      s3Record('c', {}, 'ObjectCreated:CompleteMultipartUpload')
    ]
    assert.deepEqual(
      objectsOf({ Records }).map(({ key, size, etag }) => [key, size, etag]),
      [
        ['a', 12, 'abc'],
        ['b', undefined, undefined],
        ['c', 12, 'abc']
      ]
    )
  })

  it('test events, deletions, restores and confirmations name no object', () => {
    const test = { Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2023-10-01T00:00:00.000Z', Bucket: 'logs' }
    assert.deepEqual(objectsOf(test), [])
    assert.deepEqual(objectsOf({ ...topicMessage, Message: JSON.stringify(test) }), [])
    assert.deepEqual(objectsOf({ Records: [s3Record('a', {}, 'ObjectRemoved:Delete')] }), [])
    assert.deepEqual(objectsOf({ Records: [s3Record('a', {}, 'ObjectRestore:Completed')] }), [])
    assert.deepEqual(objectsOf({ Type: 'SubscriptionConfirmation', Message: 'You have chosen' }), [])
  })

  it('a message of an interrupted run names the place to resume', () => {
    const objects = [
      { ...expected[0]!, from: 4711 },
      { bucket: 'logs', key: 'b', size: undefined, etag: undefined, from: 0 }
    ]
    assert.deepEqual(parseBody(continuationBody(objects, 3)), { objects, hops: 3 })
  })

  it('any other event is reported as a problem without a crash', () => {
    for (const body of [
      '',
      'x',
      '[]',
      'null',
      '{}',
      '{"Records":[{}]}',
      '{"Records":[{"s3":{}}]}',
      '{"iotLog":"continue"}'
    ]) {
      assert.ok('problem' in parseBody(body), body)
    }
    const wrongKey = JSON.stringify({ Records: [s3Record('%E0%A4%A')] })
    assert.deepEqual(parseBody(wrongKey), { problem: 'the key of an event is not URL-encoded' })
    let wrapped: object = notification
    for (let layer = 0; layer < 10; layer++) wrapped = { Type: 'Notification', Message: JSON.stringify(wrapped) }
    assert.ok('problem' in readEvent(wrapped))
    fc.assert(fc.property(fc.jsonValue(), (value) => void readEvent(value)))
  })

  it('every key is decoded as S3 encodes it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (key) => {
        const encoded = new URLSearchParams({ k: key }).toString().slice(2)
        assert.equal(objectsOf({ Records: [s3Record(encoded)] })[0]!.key, key.toWellFormed())
      })
    )
  })
})
