import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { IotLogError } from '../../../worker/contract/errors.ts'
import type { StoredObject } from '../../../worker/contract/store.ts'
import { type PoolSettings, scanInOrder } from '../../../worker/scan/pool.ts'
import type { ScanProgress } from '../../../worker/scan/protocol.ts'
import { cutSlices, type Slice } from '../../../worker/scan/slices.ts'
import { logDirectory } from '../../support/log-directory.ts'
import { readingOf } from '../../support/scan-bytes.ts'
import type { TemporaryDirectory } from '../../support/temporary-directory.ts'
import { until } from '../../support/until.ts'

const never = new AbortController().signal

function settingsFor(logs: TemporaryDirectory, threads: number, creditBytes: number): PoolSettings {
  return {
    store: { url: logs.url },
    readings: [readingOf('THING00001'), readingOf('THING00002')],
    limits: { maxLineBytes: 64 * 1024 ** 2, maxRatio: 200 },
    inflaters: { fast: 'zlib-handle', reference: 'zlib-handle' },
    matcher: 'javascript',
    creditBytes,
    threads,
    readAhead: { objects: 0, bytes: 0 }
  }
}

async function* slicesOf(...lists: readonly (readonly StoredObject[])[]): AsyncGenerator<Slice> {
  let number = 0
  for (const objects of lists) yield { number: number++, category: number % 2, objects }
}

/** The sum of what threads report. */
class WatchedProgress {
  readonly sum = { objects: 0, lines: 0 }
  #check = (): void => {}

  readonly add = ({ objects, lines }: ScanProgress): void => {
    this.sum.objects += objects
    this.sum.lines += lines
    this.#check()
  }

  until(isReached: (sum: WatchedProgress['sum']) => boolean): Promise<boolean> {
    const watch = (check: () => void): (() => void) => {
      this.#check = check
      return () => {}
    }
    const describe = (): string => JSON.stringify(this.sum)
    return until({ look: () => isReached(this.sum), watch, timeoutMs: 60_000, describe })
  }
}

describe('scanning on threads', () => {
  for (const threads of [1, 2, 7]) {
    it(`the pool gives results in the order of the slices, with a credit of one byte for each thread (threads: ${threads})`, async () => {
      const keys = Array.from({ length: 60 }, (_, at) => `o/${String(at).padStart(3, '0')}`)
      // Sizes that make later slices ready long before earlier ones.
      const textOf = (at: number): string => `${at} THING00001 THING00002\n`.repeat(at % 10 === 0 ? 60_000 : 3)
      const objects = keys.map((key, at) => [key, gzipSync(textOf(at))] as const)
      using logs = logDirectory(Object.fromEntries(objects))
      const slices = slicesOf(...objects.map(([key, bytes]) => [{ key, size: bytes.length }]))
      let open = 0
      const seen: string[] = []
      for await (const step of scanInOrder(slices, settingsFor(logs, threads, 1), never, () => {})) {
        if (step.kind === 'kept') seen.push(step.bytes.toString())
        else {
          assert.equal(step.summary.counts.read, 1)
          assert.equal(seen.join(''), textOf(open++))
          seen.length = 0
        }
      }
      assert.equal(open, keys.length)
    })
  }

  it('the pool gives the bytes of a slice in order, for any number of waiting pieces', async () => {
    const text = Array.from({ length: 200_000 }, (_, at) => `${at} THING00002\n`).join('')
    using logs = logDirectory({ 'o/a': text, 'o/b': text })
    const slices = slicesOf([{ key: 'o/a', size: text.length }], [], [{ key: 'o/b', size: text.length }])
    const progress = new WatchedProgress()
    const steps = scanInOrder(slices, settingsFor(logs, 2, 10 * text.length), never, progress.add)
    try {
      const first = await steps.next()
      await progress.until(({ lines }) => lines === 400_000)
      const kept = ['', '']
      let done = 0
      for (let step = first; !step.done; step = await steps.next()) {
        if (step.value.kind === 'done') done++
        else kept[done >> 1] += step.value.bytes.toString()
      }
      assert.equal(done, 3)
      assert.ok(kept.every((bytes) => bytes === text))
    } finally {
      await steps.return(undefined)
    }
  })

  it('the pool starts at most 512 slices beyond the one whose results are taken', async () => {
    using logs = logDirectory({ 'o/a': 'THING00001\n' })
    let given = 0
    const endless = (async function* () {
      for (;;) yield { number: given++, category: 0, objects: [{ key: 'o/a', size: 11 }] }
    })()
    const progress = new WatchedProgress()
    const steps = scanInOrder(endless, settingsFor(logs, 2, 1024 ** 2), never, progress.add)
    try {
      let done = 0
      for (const taken of [1, 2, 100]) {
        while (done < taken) if ((await steps.next()).value?.kind === 'done') done++
        await progress.until(({ objects }) => objects >= taken - 1 + 512)
        for (let turn = 0; turn < 20; turn++) await setImmediate()
        assert.ok(given <= taken + 512, `${given} given after ${taken}`)
      }
    } finally {
      await steps.return(undefined)
    }
  })

  it('the pool stops at once when its results are no longer wanted', async () => {
    using logs = logDirectory({ 'o/a': gzipSync('THING00001\n'.repeat(1e6)) })
    const endless = (async function* () {
      for (let number = 0; ; number++) yield { number, category: 0, objects: [{ key: 'o/a', size: 1 }] }
    })()
    for await (const _ of scanInOrder(endless, settingsFor(logs, 2, 1e6), never, () => {})) break
    assert.equal((await endless.next()).done, true)
  })

  it('the pool ends with the reason when it is cancelled while nothing is found', async () => {
    using logs = logDirectory({ 'o/a': gzipSync('nothing\n') })
    const cancel = new AbortController()
    const reason = new Error('cancelled')
    const endless = (async function* () {
      for (let number = 0; ; number++) {
        if (number === 300) cancel.abort(reason)
        yield { number, category: 0, objects: [{ key: 'o/a', size: 1 }] }
      }
    })()
    await assert.rejects(async () => {
      for await (const _ of scanInOrder(endless, settingsFor(logs, 2, 1e6), cancel.signal, () => {}));
    }, reason)
  })

  it('the pool ends with an error when a thread ends by itself', async () => {
    using logs = logDirectory({ 'o/a': 'nothing\n' })
    process.once('worker', (worker) => worker.terminate())
    const one = slicesOf([{ key: 'o/a', size: 8 }])
    await assert.rejects(async () => {
      for await (const _ of scanInOrder(one, settingsFor(logs, 1, 1e6), never, () => {}));
    }, /A scan thread ended unexpectedly/)
  })

  it('the pool ends with the error of a thread', async () => {
    using logs = logDirectory({ 'o/a': gzipSync('THING00001\n') })
    const wrongCategory = slicesOf([{ key: 'o/a', size: 1 }])
    const settings = { ...settingsFor(logs, 2, 1e6), readings: [] }
    const scan = async (): Promise<void> => {
      for await (const _ of scanInOrder(wrongCategory, settings, never, () => {}));
    }
    await assert.rejects(scan, (error) => {
      assert.ok(error instanceof IotLogError, String(error))
      assert.equal(error.code, 'internal')
      assert.match(error.message, /is not a function/)
      assert.match(error.stack!, /scan\/thread\.ts/)
      return true
    })
  })
})

describe('cutting slices', () => {
  async function* pages(...lists: readonly (readonly number[])[]): AsyncGenerator<readonly StoredObject[]> {
    for (const sizes of lists) yield sizes.map((size) => ({ key: `k${size}`, size }))
  }

  it('a slice holds many small objects or few large ones, never of two categories', async () => {
    const small = Array.from({ length: 130 }, () => 10)
    const slices: Slice[] = []
    for await (const slice of cutSlices([
      pages(small.slice(0, 50), small.slice(50)),
      pages(),
      pages([5e6, 1e6, 3e6, 9e6])
    ]))
      slices.push(slice)
    assert.deepEqual(
      slices.map(({ number, category, objects }) => [number, category, objects.length]),
      [
        [0, 0, 64],
        [1, 0, 64],
        [2, 0, 2],
        [3, 2, 1],
        [4, 2, 2],
        [5, 2, 1]
      ]
    )
  })
})
