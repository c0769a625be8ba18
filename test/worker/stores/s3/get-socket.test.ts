import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, Socket } from 'node:net'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { AnswerHead } from '../../../../worker/stores/s3/answer-head.ts'
import { GetSocket, type GetWaits } from '../../../../worker/stores/s3/get-socket.ts'
import { testIdentity } from '../../../stand-ins/tls/identity.ts'

const never = new AbortController().signal
const patient: GetWaits = { connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000 }
const request = 'GET /a HTTP/1.1\r\nhost: a\r\n\r\n'
const answer = (body: string, header = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${header}\r\n${body}`

interface Received {
  heads: AnswerHead[]
  body: string
  isRefused: boolean
}

/** A connection to a server that a test writes byte by byte. */
interface Wire extends AsyncDisposable {
  readonly socket: GetSocket
  /** The server's end. */
  readonly peer: Promise<Socket>
  get(signal?: AbortSignal, accepts?: boolean): Promise<Received>
}

async function connectTo(server: Server, isTls = false, waits = patient): Promise<Wire> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connected = once(server, isTls ? 'secureConnection' : 'connection')
  const peer = connected.then(([end]) => (end as Socket).on('error', () => {}).resume())
  const socket = new GetSocket({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, isTls }, waits)
  return {
    socket,
    peer,
    get: async (signal = never, accepts = true) => {
      const heads: AnswerHead[] = []
      let body = ''
      const onHead = (head: AnswerHead): boolean => heads.push(head) > 0 && accepts
      const onBytes = (bytes: Buffer): void => {
        body += bytes.toString('latin1')
      }
      const isRefused = await socket.get(request, { onHead, onBytes }, signal)
      return { heads, body, isRefused }
    },
    [Symbol.asyncDispose]: async () => {
      socket.close()
      server.close()
    }
  }
}

const openWire = (waits?: GetWaits): Promise<Wire> => connectTo(createServer(), false, waits)

describe('a socket for GETs', () => {
  it('a socket delivers the same wherever the answer is cut', async () => {
    const text = answer('the body', 'Content-Range: bytes 0-7/20\r\n')
    await using wire = await openWire()
    const peer = await wire.peer
    peer.setNoDelay(true)
    for (let cut = 1; cut <= text.length; cut++) {
      const received = wire.get()
      await once(peer, 'data')
      peer.write(text.slice(0, cut))
      await setImmediate()
      peer.write(text.slice(cut))
      const { heads, body, isRefused } = await received
      const [head] = heads
      assert.deepEqual([heads.length, head!.status, head!.contentLength], [1, 200, 8])
      assert.deepEqual([head!.contentRange, head!.isKeptAlive], ['bytes 0-7/20', true])
      assert.deepEqual([body, isRefused, wire.socket.isUsable], ['the body', false, true])
    }
  })

  it('a socket sends the request as it is, and takes an empty body', async () => {
    await using wire = await openWire()
    const received = wire.get()
    const [bytes] = await once(await wire.peer, 'data')
    assert.equal(String(bytes), request)
    ;(await wire.peer).write(answer(''))
    assert.deepEqual([(await received).body, wire.socket.isUsable], ['', true])
  })

  for (const [name, text, accepts] of [
    ['the sink refuses the head', answer('the body'), false],
    ['the body has no length', 'HTTP/1.1 200 OK\r\n\r\nthe body', true],
    ['the body is chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', true]
  ] as const) {
    it(`a socket delivers no byte and closes when ${name}`, async () => {
      await using wire = await openWire()
      const received = wire.get(never, accepts)
      const peer = await wire.peer
      peer.write(text)
      const { body, isRefused } = await received
      assert.deepEqual([body, isRefused, wire.socket.isUsable], ['', true, false])
      await once(peer, 'close')
    })
  }

  it('a socket is not used again after an answer that closes', async () => {
    await using wire = await openWire()
    const received = wire.get()
    ;(await wire.peer).write(answer('the body', 'connection: close\r\n'))
    const { body, isRefused } = await received
    assert.deepEqual([body, isRefused, wire.socket.isUsable], ['the body', false, false])
  })

  for (const [name, text, message] of [
    ['more bytes than the head announced', `${answer('the body')}x`, /more bytes than were announced/],
    ['what is not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', /not HTTP/],
    ['a head without an end', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`, /does not end/]
  ] as const) {
    it(`a socket fails and closes on ${name}`, async () => {
      await using wire = await openWire()
      const failed = assert.rejects(wire.get(), message)
      ;(await wire.peer).write(text)
      await failed
      assert.equal(wire.socket.isUsable, false)
    })
  }

  it('a socket takes a head of 60 KiB', async () => {
    await using wire = await openWire()
    const received = wire.get()
    ;(await wire.peer).write(answer('the body', 'x: y\r\n'.repeat(10_000)))
    assert.equal((await received).body, 'the body')
  })

  for (const ends of ['end', 'resetAndDestroy'] as const) {
    it(`a socket fails when the server breaks off in the body (${ends})`, async () => {
      await using wire = await openWire()
      const failed = assert.rejects(wire.get(), /the connection was|ECONNRESET/)
      const peer = await wire.peer
      peer.write(answer('the body').slice(0, -1), () => peer[ends]())
      await failed
      assert.equal(wire.socket.isUsable, false)
    })
  }

  it('a socket is not used again after bytes without a GET, nor after the server closed', async () => {
    for (const end of [(peer: Socket) => void peer.write(answer('late')), (peer: Socket) => void peer.end()]) {
      await using wire = await openWire()
      const received = wire.get()
      const peer = await wire.peer
      peer.write(answer('the body'))
      await received
      const closed = once(peer, 'close')
      end(peer)
      await closed
      assert.equal(wire.socket.isUsable, false)
    }
  })

  it('a socket keeps no process alive between two GETs', async () => {
    const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const before = sockets()
    await using wire = await openWire()
    for (let count = 0; count < 2; count++) {
      const received = wire.get()
      const peer = await wire.peer
      peer.unref()
      assert.equal(sockets(), before + 1)
      peer.write(answer('the body'))
      await received
      assert.equal(sockets(), before)
    }
  })

  it('a socket ends with the reason of the signal, before the answer, within it and at once', async () => {
    for (const sent of ['', answer('the body').slice(0, -1)]) {
      await using wire = await openWire()
      const cancel = new AbortController()
      const failed = assert.rejects(wire.get(cancel.signal), /by a person/)
      const peer = await wire.peer
      await once(peer, 'data')
      peer.write(sent)
      await setImmediate()
      cancel.abort(new Error('by a person'))
      await failed
      assert.equal(wire.socket.isUsable, false)
    }
    await using wire = await openWire()
    await assert.rejects(wire.get(AbortSignal.abort(new Error('by a person'))), /by a person/)
    assert.equal(wire.socket.isUsable, false)
  })

  for (const [name, waits, sent] of [
    ['the first byte', { firstByteMs: 20 }, ''],
    ['the next byte', { idleMs: 20 }, answer('the body').slice(0, -1)]
  ] as const) {
    it(`a socket fails when ${name} takes too long`, async () => {
      await using wire = await openWire({ ...patient, ...waits })
      const failed = assert.rejects(wire.get(), /no bytes within the time-out/)
      ;(await wire.peer).write(sent)
      await failed
      assert.equal(wire.socket.isUsable, false)
    })
  }

  it('a socket has a time limit of its own for the connection, the first byte and the rest', async (test) => {
    const limits = test.mock.method(Socket.prototype, 'setTimeout')
    await using wire = await openWire({ connectMs: 61_000, firstByteMs: 62_000, idleMs: 63_000 })
    for (const expected of [
      [61_000, 62_000, 63_000, 63_000],
      [62_000, 63_000, 63_000]
    ]) {
      const received = wire.get()
      ;(await wire.peer).write(answer('the body'))
      await received
      assert.deepEqual(
        limits.mock.calls.map((call) => call.arguments[0]),
        expected
      )
      limits.mock.resetCalls()
    }
  })

  it('a socket speaks TLS with a server that it can trust, and with no other', async () => {
    {
      await using wire = await connectTo(createTlsServer(testIdentity), true)
      wire.peer.catch(() => {})
      await assert.rejects(wire.get(), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    }
    const trusted = getCACertificates('default')
    setDefaultCACertificates([...trusted, testIdentity.cert])
    try {
      await using wire = await connectTo(createTlsServer(testIdentity), true)
      const received = wire.get()
      ;(await wire.peer).write(answer('the body'))
      assert.equal((await received).body, 'the body')
    } finally {
      setDefaultCACertificates(trusted)
    }
  })
})
