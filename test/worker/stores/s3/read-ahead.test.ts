import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { ObjectBody, StoredObject } from '../../../../worker/contract/store.ts'
import { aheadBytes, mostGets } from '../../../../worker/stores/s3/bounds.ts'
import { connectS3, type S3Connection } from '../../../../worker/stores/s3/connection.ts'
import type { Span } from '../../../../worker/stores/s3/lean-gets.ts'
import { ReadAhead } from '../../../../worker/stores/s3/read-ahead.ts'

const spanBytes = 8 * 1024 ** 2
const firstGets = 24
const leastGets = 4

/** A GET in flight, answered by the test. */
interface Get extends Span {
  /** Its whole answer comes. */
  answer(): void
  readonly signal: AbortSignal
}

/** A connection without a network: a test sees every GET and answers it. */
class HeldGets {
  readonly started: Get[] = []
  readonly connection: S3Connection
  readonly ahead: ReadAhead
  /** How often S3 has asked for fewer requests. */
  throttles = 0

  constructor() {
    const connection = connectS3({ url: 's3://logs', region: 'eu-west-1' })
    Object.defineProperty(connection.patience, 'throttles', { get: () => this.throttles })
    const get = (span: Span, onBytes: (bytes: Buffer) => void, signal: AbortSignal): Promise<boolean> =>
      new Promise((resolve, reject) => {
        const answer = (): void => {
          onBytes(Buffer.alloc(span.to - span.from, span.key))
          resolve(true)
        }
        signal.addEventListener('abort', () => reject(signal.reason))
        this.started.push({ ...span, answer, signal })
      })
    this.connection = { ...connection, gets: { get } as S3Connection['gets'] }
    this.ahead = new ReadAhead(this.connection)
  }

  /** Opens the next object, and answers its GET when the reader waits for it. */
  async readNext(object: StoredObject): Promise<void> {
    const body = this.ahead.open(object) as ObjectBody
    const read = readAll(body)
    const answered = new Set<Get>()
    for (let isRead = false; !isRead; ) {
      for (const get of this.started) {
        if (get.key === object.key && !answered.has(get)) get.answer()
        answered.add(get)
      }
      isRead = await Promise.race([read.then(() => true), setImmediate(false)])
    }
    assert.equal(await read, object.size)
    await settled()
  }
}

async function readAll(body: ObjectBody): Promise<number> {
  let bytes = 0
  for (let chunk = await body.read(); chunk; chunk = await body.read()) bytes += chunk.length
  await body.close()
  return bytes
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await setImmediate()
}

const objects = (count: number, size = 1000): StoredObject[] =>
  Array.from({ length: count }, (_, at) => ({ key: `${1000 + at}`, size }))

describe('reading ahead from S3', () => {
  it('read-ahead starts GETs for announced objects, in order, up to its first bound', async () => {
    const gets = new HeldGets()
    const day = objects(100)
    gets.ahead.announce([...day.slice(0, 10), { key: 'empty', size: 0 }, ...day.slice(10)])
    await settled()
    assert.deepEqual(
      gets.started.map(({ key }) => key),
      day.slice(0, firstGets).map(({ key }) => key)
    )
  })

  it('read-ahead starts one GET more whenever the reader had to wait, up to its limit', async () => {
    const gets = new HeldGets()
    const day = objects(600)
    gets.ahead.announce(day)
    await settled()
    for (const [at, object] of day.slice(0, 400).entries()) {
      await gets.readNext(object)
      const inFlight = gets.started.length - (at + 1)
      assert.equal(inFlight, Math.min(firstGets + at + 1, mostGets, day.length - at - 1))
    }
  })

  it('read-ahead starts no more GETs when no reader waits', async () => {
    const gets = new HeldGets()
    const day = objects(100)
    gets.ahead.announce(day)
    await settled()
    for (const get of gets.started) get.answer()
    await settled()
    const body = gets.ahead.open(day[0]!)
    assert.equal(await readAll(body), 1000)
    await settled()
    assert.equal(gets.started.length, firstGets + firstGets)
  })

  it('read-ahead halves its GETs on SlowDown, once for rejections together, and keeps a few', async (test) => {
    let nowMs = 1_000_000
    test.mock.method(performance, 'now', () => nowMs)
    const gets = new HeldGets()
    const day = objects(400)
    gets.ahead.announce(day)
    await settled()
    let bound = firstGets
    let read = 0
    const readOne = async (): Promise<void> => {
      await gets.readNext(day[read++]!)
      // The reader had to wait, and what it read makes room.
      bound++
    }
    const inFlight = (): number => gets.started.length - read
    await readOne()
    assert.equal(inFlight(), bound)
    for (const [passedMs, isHeard] of [
      [0, true],
      [499, false],
      [1, true],
      [500, true],
      [500, true],
      [500, true]
    ] as const) {
      nowMs += passedMs
      gets.throttles++
      await gets.readNext(day[read++]!)
      bound++
      if (isHeard) bound = Math.max(leastGets, bound >> 1)
      while (inFlight() > bound) await readOne()
      assert.equal(inFlight(), bound, `${passedMs} ms later`)
    }
    assert.ok(bound < 2 * leastGets)
  })

  it('read-ahead holds no more bytes than its bound, and never blocks the reader', async () => {
    const gets = new HeldGets()
    const day = objects(20, 3 * spanBytes)
    gets.ahead.announce(day)
    await settled()
    const inFlightBytes = (from: number): number =>
      gets.started.slice(from).reduce((sum, { from: start, to }) => sum + to - start, 0)
    assert.equal(inFlightBytes(0), aheadBytes)
    assert.deepEqual(
      gets.started.map(({ key, from, to }) => [key, from / spanBytes, to / spanBytes]),
      [
        ['1000', 0, 1],
        ['1000', 1, 2],
        ['1000', 2, 3],
        ['1001', 0, 1]
      ]
    )
    await gets.readNext(day[0]!)
    assert.equal(inFlightBytes(3), aheadBytes)
    // Opened though nothing of it was started: all room is taken by others.
    const other = { key: 'other', size: 1000 }
    await gets.readNext(other)
    assert.equal(inFlightBytes(3), aheadBytes + other.size)
  })

  it('read-ahead cancels what is skipped or closed, and reuses its room', async () => {
    const gets = new HeldGets()
    const day = objects(60)
    gets.ahead.announce(day)
    await settled()
    await gets.readNext(day[10]!)
    assert.deepEqual(
      gets.started.slice(0, 12).map(({ signal }) => signal.aborted),
      [...Array.from({ length: 10 }, () => true), false, false]
    )
    gets.ahead.open(day[11]!).close()
    await settled()
    assert.ok(gets.started[11]!.signal.aborted)
    await gets.readNext(day[12]!)
    // The reader had to wait twice.
    assert.equal(gets.started.length - 13, firstGets + 2)
    const large = { key: 'large', size: 5 * spanBytes }
    const body = gets.ahead.open(large)
    const first = body.read()
    await settled()
    const ofLarge = gets.started.filter(({ key }) => key === 'large')
    assert.equal(ofLarge.length, 1)
    ofLarge[0]!.answer()
    assert.ok(await first)
    body.close()
    body.close()
    assert.equal(await body.read(), null)
    await settled()
    assert.equal(gets.started.filter(({ key }) => key === 'large').length, 1)
  })

  it('read-ahead lets the event loop handle the network once in every mebibyte', async () => {
    const gets = new HeldGets()
    const object = { key: 'large', size: spanBytes }
    const body = gets.ahead.open(object)
    const first = body.read()
    await settled()
    gets.started[0]!.answer()
    let turns = 0
    let isOver = false
    const count = async (): Promise<void> => {
      for (; !isOver; turns++) await setImmediate()
    }
    const counted = count()
    const bytes = (await first)!.length + (await readAll(body))
    isOver = true
    await counted
    assert.equal(bytes, spanBytes)
    // Twice as many come by pages of 256 KiB.
    assert.ok(turns >= 8 && turns < 16, `${turns} turns`)
  })
})
