import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import fastCheck from 'fast-check'
import { BlockDeflate } from '../../../../worker/outputs/zip/block-deflate.ts'
import type { EffortAt } from '../../../../worker/outputs/zip/deflate-effort.ts'
import type { Deflater } from '../../../../worker/outputs/zip/deflater.ts'
import { zlibDeflater } from '../../../../worker/outputs/zip/deflater-zlib.ts'
import { deflaters, warnIfNativeIsMissing } from '../../../support/native-add-on.ts'
import { incompressible, logText } from './log-text.ts'

warnIfNativeIsMissing()

const never = new AbortController().signal
const efforts = ['small', 'fast'] as const

async function deflateWhole(deflater: Deflater, text: Buffer, effortAt: EffortAt): Promise<Buffer> {
  const deflate = new BlockDeflate(deflater, effortAt, 3)
  const deflated = buffer(deflate.deflated)
  await deflate.write(text, never)
  deflate.end()
  return deflated
}

for (const deflater of deflaters) {
  const { name, blockBytes } = deflater
  describe(`deflate in blocks by ${name}`, () => {
    it('the blocks are one stream that gives back a text of any length', async () => {
      const text = Buffer.concat([logText(blockBytes / 2), incompressible(blockBytes / 2 + 1)])
      for (const blocks of [0, 1]) {
        for (const more of [-1, 0, 1]) {
          const part = text.subarray(0, Math.max(0, blocks * blockBytes + more))
          const deflated = await deflateWhole(deflater, part, () => 'fast')
          assert.ok(inflateRawSync(deflated).equals(part), `${part.length} bytes`)
        }
      }
    })

    it('the effort of each block depends on where it begins', async () => {
      const offsets: number[] = []
      const text = logText(2 * blockBytes + 1)
      const deflated = await deflateWhole(deflater, text, (offset) => {
        offsets.push(offset)
        return offset === 0 ? 'small' : 'fast'
      })
      assert.deepEqual(offsets, [0, blockBytes, 2 * blockBytes])
      assert.ok(inflateRawSync(deflated).equals(text))
      const [small, fast] = await Promise.all(efforts.map((effort) => deflateWhole(deflater, text, () => effort)))
      assert.ok(small!.length < deflated.length && deflated.length < fast!.length)
    })

    it('the blocks of logs are as small as zlib’s one stream', async () => {
      const text = logText(2 * blockBytes)
      const { length: fast } = await deflateWhole(deflater, text, () => 'fast')
      const share = name === 'isa-l' && process.arch === 'arm64' ? 1.05 : 1.001
      assert.ok(fast < deflateRawSync(text, { level: 1, memLevel: 9 }).length * share, `${fast} bytes`)
      const { length: small } = await deflateWhole(deflater, text, () => 'small')
      const most = deflateRawSync(text, { level: 6, memLevel: 9 }).length * 1.001
      assert.ok(small < most, `${small} bytes`)
    })

    it('the blocks give back any bytes, with references to earlier blocks', async () => {
      const part = fastCheck.oneof(
        fastCheck.uint8Array({ maxLength: 300 }),
        fastCheck.record({ byte: fastCheck.nat(255), times: fastCheck.nat(70_000) }),
        fastCheck.record({ back: fastCheck.integer({ min: 1, max: 66_000 }), times: fastCheck.nat(70_000) })
      )
      const blocks = fastCheck.array(fastCheck.array(part, { maxLength: 8 }), { minLength: 1, maxLength: 4 })
      const anyText = fastCheck.asyncProperty(blocks, fastCheck.constantFrom(...efforts), async (parts, effort) => {
        const texts = parts.map((some) => textOf(some))
        const deflated = await Promise.all(
          texts.map((text, at) => {
            const before = Buffer.concat(texts.slice(0, at)).subarray(-32 * 1024)
            return deflater.deflate(text, before, effort, at === texts.length - 1)
          })
        )
        assert.ok(inflateRawSync(Buffer.concat(deflated)).equals(Buffer.concat(texts)))
      })
      await fastCheck.assert(anyText, { numRuns: 200 })
    })
  })
}

type Part =
  | Uint8Array
  | { readonly byte: number; readonly times: number }
  | { readonly back: number; readonly times: number }

/** Noise, one byte again and again, and what stood some way back. */
function textOf(parts: readonly Part[]): Buffer {
  const text = Buffer.alloc(8 * 70_000)
  let length = 0
  for (const part of parts) {
    if (part instanceof Uint8Array) text.set(part, length)
    else if ('byte' in part) text.fill(part.byte, length, length + part.times)
    else for (let at = length; at < length + part.times; at++) text[at] = text[at - part.back] ?? 0x2e
    length += part instanceof Uint8Array ? part.length : part.times
  }
  return text.subarray(0, length)
}

describe('deflate by zlib', () => {
  it('deflate of a text below one block is what zlib makes', async () => {
    for (const length of [0, 1, 64 * 1024, 65 * 1024, zlibDeflater.blockBytes - 1]) {
      const text = logText(length)
      const deflated = await deflateWhole(zlibDeflater, text, () => 'small')
      assert.ok(deflated.equals(deflateRawSync(text, { level: 6, memLevel: 9 })), `${length} bytes`)
    }
  })
})
