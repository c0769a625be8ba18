import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FunctionUrlEvent, serveFunctionUrl } from './function-url.ts'

/** Serves a handler that keeps its events and gives the prepared answers. */
async function serve(answer: unknown = {}, timeoutMs?: number) {
  const events: FunctionUrlEvent[] = []
  const errors: unknown[] = []
  const handler = async (event: FunctionUrlEvent): Promise<unknown> => {
    events.push(event)
    return typeof answer === 'function' ? answer() : answer
  }
  const options = { onError: (error: unknown) => void errors.push(error), ...(timeoutMs && { timeoutMs }) }
  const server = await serveFunctionUrl(handler, options)
  return { server, events, errors, [Symbol.asyncDispose]: () => server.close() }
}

test('a form arrives as base64, byte for byte, with lower-case headers', async () => {
  await using served = await serve()
  const body = 'text=%E2%9C%93+a%2Bb&x=1'
  await fetch(`${served.server.url}/slack/commands?a=1&a=2&b=%2F`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'X-Slack-Signature': 'v0=1', cookie: 'a=1; b=2' },
    body
  })
  const event = served.events[0]!
  assert.deepEqual(
    [event.version, event.rawPath, event.rawQueryString, event.requestContext.http.method, event.isBase64Encoded],
    ['2.0', '/slack/commands', 'a=1&a=2&b=%2F', 'POST', true]
  )
  assert.equal(Buffer.from(event.body!, 'base64').toString(), body)
  assert.deepEqual(event.queryStringParameters, { a: '1,2', b: '/' })
  assert.deepEqual(event.cookies, ['a=1', 'b=2'])
  assert.equal(event.headers['x-slack-signature'], 'v0=1')
  assert.equal(event.headers.cookie, undefined)
  assert.equal(event.headers.host, event.requestContext.domainName)
})

test('text and JSON arrive as they are, and no body as none', async () => {
  await using served = await serve()
  const post = (type: string) =>
    fetch(served.server.url, { method: 'POST', headers: { 'content-type': type }, body: '{"é":1}' })
  await post('application/json; charset=utf-8')
  await post('text/plain')
  await post('application/octet-stream')
  await fetch(`${served.server.url}/download/a%20b`)
  const [asJson, asText, asBytes, empty] = served.events
  assert.deepEqual([asJson!.body, asJson!.isBase64Encoded, asText!.body], ['{"é":1}', false, '{"é":1}'])
  assert.deepEqual([asBytes!.isBase64Encoded, empty!.body, empty!.isBase64Encoded], [true, undefined, false])
  assert.equal(empty!.rawPath, '/download/a%20b')
})

const results: readonly (readonly [string, unknown, number, string, string])[] = [
  ['a whole answer', { statusCode: 302, headers: { Location: '/x' }, body: '' }, 302, '', 'application/json'],
  [
    'base64',
    { statusCode: 200, headers: { 'Content-Type': 'text/plain' }, body: 'aGk=', isBase64Encoded: true },
    200,
    'hi',
    'text/plain'
  ],
  ['an object without a status', { ok: true }, 200, '{"ok":true}', 'application/json'],
  ['a text', 'hi', 200, 'hi', 'application/json'],
  ['nothing', undefined, 200, 'null', 'application/json']
]

for (const [name, result, status, body, type] of results) {
  test(`${name} becomes an answer`, async () => {
    await using served = await serve(() => result)
    const answer = await fetch(served.server.url, { redirect: 'manual' })
    assert.deepEqual([answer.status, await answer.text(), answer.headers.get('content-type')], [status, body, type])
  })
}

test('what is thrown is a 502, what takes too long a 504, what is too large a 413', async () => {
  const fail = (): never => {
    throw new Error('broken')
  }
  await using broken = await serve(fail)
  assert.equal((await fetch(broken.server.url)).status, 502)
  assert.match(String(broken.errors[0]), /broken/)
  await using slow = await serve(() => new Promise(() => {}), 20)
  assert.equal((await fetch(slow.server.url)).status, 504)
  await using fine = await serve()
  const large = await fetch(fine.server.url, { method: 'POST', body: Buffer.alloc(6_291_457) })
  assert.equal(large.status, 413)
  assert.equal(fine.events.length, 0)
})
