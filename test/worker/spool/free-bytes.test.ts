import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { freeBytes } from '../../../worker/spool/free-bytes.ts'

describe('bytes that are not read again', () => {
  it('freed bytes give back their memory', () => {
    const bytes = Buffer.allocUnsafeSlow(64 * 1024)
    freeBytes(bytes)
    assert.equal(bytes.buffer.byteLength, 0)
  })

  it('bytes with shared memory, or very few, are not freed', () => {
    const shared = Buffer.allocUnsafeSlow(128 * 1024)
    for (const bytes of [shared.subarray(0, 64 * 1024), Buffer.alloc(64 * 1024 - 1), Buffer.from('pooled')]) {
      const { byteLength } = bytes.buffer
      freeBytes(bytes)
      assert.equal(bytes.buffer.byteLength, byteLength)
    }
  })
})
