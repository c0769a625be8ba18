import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { type Inflater, type InflateStep, outputBytes } from '../../../worker/decode/inflater.ts'
import { createHandleInflater } from '../../../worker/decode/inflater-handle.ts'
import { createNativeInflater } from '../../../worker/decode/inflater-native.ts'
import type { NativeAddOn, NativeStream } from '../../../worker/native/load-native.ts'
import { nativeAddOn, warnIfNativeIsMissing } from '../../support/native-add-on.ts'
import { deflateStream } from '../../support/odd-streams.ts'
import { repository } from '../../support/run-cli.ts'

warnIfNativeIsMissing()
if (nativeAddOn) testInflating(nativeAddOn)

/** Everything that the input up to here holds, and how much of it was used; what a step reports of the next one is true. */
function drain(inflater: Inflater, input: Buffer, from: number, to: number): { used: number; text: Buffer } {
  const pieces: Buffer[] = []
  let position = from
  let isFull: boolean | undefined = true
  let hasEnded: boolean | undefined = false
  for (;;) {
    const step = inflater.step(input, position, to) as InflateStep
    const { consumed, output } = step
    if (!isFull) assert.equal(output.length, 0)
    if (hasEnded) assert.equal(consumed, 0)
    ;({ isFull, hasEnded } = step)
    position += consumed
    if (output.length === 0) return { used: position - from, text: Buffer.concat(pieces) }
    pieces.push(Buffer.from(output))
  }
}

function testInflating(native: NativeAddOn): void {
  describe('the native inflater', () => {
    const reference = createHandleInflater()
    const inflater = createNativeInflater(native)

    it('the native inflater gives what zlib gives, at every cut of the input', () => {
      const property = fc.property(deflateStream, fc.integer({ min: 1, max: 400 }), ({ stream, text }, cut) => {
        const input = Buffer.concat([stream, Buffer.from('behind the stream')])
        reference.begin()
        inflater.begin()
        const seen: Buffer[] = []
        for (let from = 0; from < input.length; from += cut) {
          const to = Math.min(from + cut, input.length)
          const expected = drain(reference, input, from, to)
          assert.deepEqual(drain(inflater, input, from, to), expected)
          seen.push(expected.text)
          if (expected.used < to - from) break
        }
        assert.deepEqual(Buffer.concat(seen), text)
      })
      fc.assert(property, { numRuns: 300 })
    })

    it('the native inflater reports the checksum so far, and where the stream ends', () => {
      const text = Buffer.alloc(3 * outputBytes, 'some text\n')
      const stream = deflateRawSync(text, { level: 6 })
      inflater.begin()
      let crc = 0
      let hasEnded: boolean | undefined
      for (let position = 0; position < stream.length; ) {
        const step = inflater.step(stream, position, stream.length) as InflateStep
        position += step.consumed
        crc = crc32(step.output, crc)
        assert.equal(step.crc, crc)
        hasEnded = step.hasEnded
      }
      assert.equal(hasEnded, true)
      assert.equal(crc, crc32(text))
    })

    it('the native inflater takes matches of every distance and length, to the edges of the window', () => {
      const random = Buffer.from(
        Array.from({ length: 40_000 }, (_, at) => (Math.imul(at, 2_654_435_761) >>> 13) & 0xff)
      )
      const text = Buffer.concat([
        random.subarray(0, 32_768),
        random.subarray(0, 300),
        Buffer.alloc(600_000, 'ab'),
        random
      ])
      for (const level of [1, 6, 9]) {
        inflater.begin()
        const stream = deflateRawSync(text, { level })
        assert.ok(drain(inflater, stream, 0, stream.length).text.equals(text))
      }
    })

    it('the native inflater stays failed after bad data until it is reset', () => {
      inflater.begin()
      const bad = Buffer.alloc(64, 0xff)
      assert.throws(() => inflater.step(bad, 0, 64))
      assert.throws(() => inflater.step(deflateRawSync('text'), 0, 6))
      inflater.begin()
      const good = deflateRawSync('text')
      assert.equal(drain(inflater, good, 0, good.length).text.toString(), 'text')
    })

    it('the native inflater rejects ranges beyond its buffers', () => {
      const stream = native.create()
      const window = Buffer.alloc(300_000)
      const input = Buffer.alloc(100)
      const figures = new Uint32Array(5)
      const search = native.compile(Buffer.from('abab'), Uint32Array.of(2, 2), false, false)
      const wrong: readonly (readonly unknown[])[] = [
        [],
        [{}, window, input, 0, 1, figures],
        [search, window, input, 0, 1, figures],
        [stream, Buffer.alloc(1000), input, 0, 1, figures],
        [stream, new Float64Array(300_000), input, 0, 1, figures],
        [stream, window, input, 0, 101, figures],
        [stream, window, input, 2, 1, figures],
        [stream, window, input, -1, 1, figures],
        [stream, window, input, 0, 1, new Uint32Array(4)],
        [stream, window, 'text', 0, 4, figures]
      ]
      for (const args of wrong)
        assert.throws(() => native.step(...(args as Parameters<NativeAddOn['step']>)), TypeError)
      assert.throws(() => native.begin({} as NativeStream), TypeError)
    })

    it('the native inflater rejects a smaller window than the one it has filled', () => {
      const stream = native.create()
      const figures = new Uint32Array(5)
      const input = deflateRawSync(Buffer.alloc(2_000_000, 'x'))
      native.step(stream, Buffer.alloc(400_000), input, 0, input.length, figures)
      assert.throws(() => native.step(stream, Buffer.alloc(120_000), input, 0, 0, figures), TypeError)
    })

    it('the native inflater frees its memory', async () => {
      setFlagsFromString('--expose-gc')
      const collect = runInNewContext('gc') as () => void
      const make = async (): Promise<void> => {
        for (let count = 0; count < 500; count++) native.begin(native.create())
        collect()
        // What was collected is freed between two turns of the event loop.
        await setImmediate()
      }
      await make()
      const before = process.memoryUsage.rss()
      for (let round = 0; round < 8; round++) await make()
      assert.ok(process.memoryUsage.rss() - before < 100e6)
    })

    it('the native inflater works in several threads at once, and when they end', async () => {
      const code = `
        const { createNativeInflater } = await import('file://${repository}worker/decode/inflater-native.ts')
        const { loadNative } = await import('file://${repository}worker/native/load-native.ts')
        const { workerData, parentPort } = await import('node:worker_threads')
        const inflater = createNativeInflater(loadNative().native)
        let length = 0
        for (let round = 0; round < 50; round++) {
          inflater.begin()
          for (let position = 0; ; ) {
            const { consumed, output } = inflater.step(Buffer.from(workerData), position, workerData.length)
            if (consumed === 0 && output.length === 0) break
            position += consumed
            length += output.length
          }
        }
        parentPort.postMessage(length)`
      const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`)
      const stream = deflateRawSync(Buffer.alloc(500_000, 'a line of text\n'))
      const lengths = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const thread = new Worker(url, { workerData: stream })
          const [length] = await new Promise<unknown[]>((resolve, reject) => {
            thread.on('message', (...message) => resolve(message))
            thread.on('error', reject)
          })
          await thread.terminate()
          return length
        })
      )
      assert.deepEqual(lengths, [25e6, 25e6, 25e6, 25e6])
    })
  })
}
