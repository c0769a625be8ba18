import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import type { StoredObject } from '../../../worker/contract/store.ts'
import { pieceBytes } from '../../../worker/scan/kept.ts'
import type { FromThread, ThreadSettings, ToThread } from '../../../worker/scan/protocol.ts'
import { logDirectory } from '../../support/log-directory.ts'
import { readingOf } from '../../support/scan-bytes.ts'
import { until } from '../../support/until.ts'

const threadUrl = new URL('../../../worker/scan/thread.ts', import.meta.url)

/** A scan thread whose messages a test sees, and whose kept bytes it takes or leaves. */
class WatchedThread implements AsyncDisposable {
  readonly messages: FromThread[] = []
  readonly #worker: Worker

  constructor(url: string, creditBytes: number, maxLineBytes = 1024 ** 2) {
    const settings: ThreadSettings = {
      store: { url },
      readings: [readingOf('THING00001'), readingOf('THING00002')],
      limits: { maxLineBytes, maxRatio: 200 },
      inflaters: { fast: 'zlib-handle', reference: 'zlib-handle' },
      matcher: 'javascript',
      creditBytes
    }
    this.#worker = new Worker(threadUrl, { workerData: settings })
    this.#worker.on('message', (message: FromThread) => this.messages.push(message))
  }

  /** Everything but progress, which depends on the time. */
  get results(): FromThread[] {
    return this.messages.filter(({ kind }) => kind !== 'progress')
  }

  send(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  give(number: number, objects: readonly StoredObject[], category = 0): void {
    this.send({ kind: 'slice', number, category, objects })
  }

  /** Waits until there are so many results. */
  async has(count: number): Promise<FromThread[]> {
    const watch = (check: () => void): (() => void) => {
      this.#worker.on('message', check)
      return () => void this.#worker.off('message', check)
    }
    const look = (): boolean => this.results.length >= count
    await until({ look, watch, timeoutMs: 60_000, describe: () => `${this.results.length} of ${count} results` })
    return this.results
  }

  /** Gives the credit of a result back. */
  take(result: FromThread): void {
    const piece = result.kind === 'kept' ? result.bytes : result.kind === 'done' ? result.rest : undefined
    this.send({ kind: 'taken', piece: piece! })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }
}

/** The kept text of a result. */
const textOf = (result: FromThread): string => {
  const bytes = result.kind === 'kept' ? result.bytes : result.kind === 'done' ? result.rest : undefined
  return Buffer.from(bytes ?? []).toString()
}

const lineOf = (at: number): string => `${String(at).padStart(6, '0')} THING00001 ${'x'.repeat(80)}\n`
const textOfLines = (lines: number): string => Array.from({ length: lines }, (_, at) => lineOf(at)).join('')

describe('a scan thread', () => {
  it('a scan thread reports the kept lines of a slice and what became of its objects', async () => {
    const matching = gzipSync('a THING00001\nb\nc THING00001\n')
    using logs = logDirectory({ 'a/1': matching, 'a/2': 'no match\n', 'b/1': matching, 'b/2': 'THING00002\n' })
    await using thread = new WatchedThread(logs.url, 1024 ** 2)
    const object = (key: string, size: number): StoredObject => ({ key, size })
    const [size, all] = [matching.length, ['a/1', 'a/2', 'b/1']]
    thread.give(7, [...all.map((key) => object(key, key === 'a/2' ? 9 : size)), object('b/0', 3), object('b/3', 0)])
    thread.give(9, [object('b/2', 11), object('a/2', 9)], 1)
    const [first, second] = await thread.has(2)
    assert.ok(first?.kind === 'done' && second?.kind === 'done')
    assert.equal(textOf(first), 'a THING00001\nc THING00001\n'.repeat(2))
    const { counts, notRead, lines, linesByPrefix } = first.summary
    assert.deepEqual(
      [first.slice, lines, [...linesByPrefix]],
      [
        7,
        4,
        [
          ['a/', 2],
          ['b/', 2]
        ]
      ]
    )
    assert.deepEqual([counts.read, counts.vanished, counts.empty, counts.unreadable], [3, 1, 1, 0])
    assert.deepEqual(notRead, [{ key: 'b/0', outcome: 'vanished', keptLines: 0 }])
    assert.equal(textOf(second), 'THING00002\n')
    assert.deepEqual([second.slice, second.summary.lines, second.summary.notRead], [9, 1, []])
    assert.deepEqual([...second.summary.linesByPrefix], [['b/', 1]])
    const progress = thread.messages.filter((message) => message.kind === 'done' || message.kind === 'progress')
    const objects = progress.reduce((sum, message) => sum + message.progress.objects, 0)
    const passed = progress.reduce((sum, message) => sum + message.progress.passedBytes, 0)
    assert.deepEqual([objects, passed], [7, 2 * size + 9 + 3 + 11 + 9])
  })

  it('a scan thread begins no slice while the bytes of the slice before are not taken', async () => {
    using logs = logDirectory({ 'a/1': lineOf(1), 'a/2': lineOf(2) })
    const size = lineOf(1).length
    const giveAll = (thread: WatchedThread): void => {
      thread.give(0, [{ key: 'a/1', size }])
      thread.give(1, [{ key: 'a/2', size }])
      // Of these slices nothing is read: only the credit can hold them back.
      thread.give(2, [{ key: 'a/empty', size: 0 }])
      thread.give(3, [{ key: 'a/empty', size: 0 }])
    }
    await using thread = new WatchedThread(logs.url, 2 * size)
    giveAll(thread)
    const [first, second] = await thread.has(2)
    assert.deepEqual([textOf(first!), textOf(second!)], [lineOf(1), lineOf(2)])
    await using other = new WatchedThread(logs.url, 3 * size)
    giveAll(other)
    await other.has(4)
    assert.equal(thread.results.length, 2)
    thread.take(first!)
    const numbers = (await thread.has(4)).map((result) => result.kind === 'done' && result.slice)
    assert.deepEqual(numbers, [0, 1, 2, 3])
  })

  it('a scan thread holds an object back while as many bytes as its credit are not taken, and reads on when they are', async () => {
    const text = textOfLines(60_000)
    using logs = logDirectory({ 'a/1': text })
    const objects = [{ key: 'a/1', size: text.length }]
    const pieces = Math.floor(text.length / pieceBytes)
    await using thread = new WatchedThread(logs.url, 2 * pieceBytes)
    thread.give(0, objects)
    await thread.has(2)
    await using other = new WatchedThread(logs.url, 2 * text.length)
    other.give(0, objects)
    await other.has(pieces + 1)
    assert.equal(thread.results.length, 2)
    const kept: string[] = []
    for (let count = 1; count <= pieces + 1; count++) {
      const result = (await thread.has(count))[count - 1]!
      assert.equal(result.kind, count <= pieces ? 'kept' : 'done')
      kept.push(textOf(result))
      thread.take(result)
    }
    assert.ok(kept.join('') === text)
  })

  it('a scan thread reports the error that ends the job, with its code', async () => {
    using logs = logDirectory({ 'a/1': 'x' })
    await using thread = new WatchedThread(logs.url, 1024)
    thread.give(0, [{ key: 'a/1', size: 1 }], 5)
    const [failed] = await thread.has(1)
    assert.ok(failed?.kind === 'failed')
    assert.equal(failed.code, 'internal')
    assert.match(failed.message, /./)
    assert.match(failed.stack!, /thread\.ts/)
  })

  it('a scan thread runs in a thread only', async () => {
    const failed = import(`${threadUrl.href}?outside`)
    await assert.rejects(failed, /runs in a worker thread/)
  })

  it('a scan thread reports its progress while it reads a large object', async () => {
    const text = gzipSync('nothing here\n'.repeat(4e6), { level: 1 })
    using logs = logDirectory({ 'a/1': text })
    await using thread = new WatchedThread(logs.url, 1024)
    const size = text.length
    thread.give(
      0,
      Array.from({ length: 8 }, () => ({ key: 'a/1', size }))
    )
    await thread.has(1)
    const progress = thread.messages.filter((message) => message.kind === 'progress')
    assert.ok(progress.length > 0)
    const sums = [...progress, thread.results[0]].reduce((sum, message) => {
      return sum + (message as Extract<FromThread, { kind: 'progress' }>).progress.textBytes
    }, 0)
    assert.equal(sums, 8 * 13 * 4e6)
  })
})
