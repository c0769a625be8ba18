import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { BlockDeflate, blockBytes } from '../../../worker/archive/block-deflate.ts'
import type { LevelAt } from '../../../worker/archive/deflate-level.ts'
import { incompressible, logText } from './log-text.ts'

const never = new AbortController().signal

async function deflateWhole(text: Buffer, levelAt: LevelAt): Promise<Buffer> {
  const deflate = new BlockDeflate(levelAt, 3)
  const deflated = buffer(deflate.deflated)
  await deflate.write(text, never)
  deflate.end()
  return deflated
}

describe('deflate in blocks', () => {
  it('is one stream that gives back the text, whatever its length', async () => {
    const text = Buffer.concat([logText(blockBytes / 2), incompressible(blockBytes / 2 + 1)])
    for (const blocks of [0, 1]) {
      for (const more of [-1, 0, 1]) {
        const part = text.subarray(0, Math.max(0, blocks * blockBytes + more))
        const deflated = await deflateWhole(part, () => 1)
        assert.ok(inflateRawSync(deflated).equals(part), `${part.length} bytes`)
      }
    }
  })

  it('is what zlib makes of a text below one block', async () => {
    for (const length of [0, 1, 64 * 1024, 65 * 1024, blockBytes - 1]) {
      const text = logText(length)
      assert.ok(
        (await deflateWhole(text, () => 6)).equals(deflateRawSync(text, { level: 6, memLevel: 9 })),
        `${length} bytes`
      )
    }
  })

  it('asks for the level of each block by where it begins', async () => {
    const offsets: number[] = []
    const levelAt = (offset: number): number => {
      offsets.push(offset)
      return offset === blockBytes ? 0 : 1
    }
    const deflated = await deflateWhole(logText(2 * blockBytes + 1), levelAt)
    assert.deepEqual(offsets, [0, blockBytes, 2 * blockBytes])
    assert.ok(deflated.length > blockBytes, 'the second block is stored')
  })

  it('costs less than a tenth of a per cent', async () => {
    const text = logText(2 * blockBytes)
    for (const level of [1, 6]) {
      const whole = deflateRawSync(text, { level, memLevel: 9 }).length
      const { length } = await deflateWhole(text, () => level)
      assert.ok(length < whole * 1.001, `level ${level}: ${length} of ${whole}`)
    }
  })
})
