import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NativeAddOn } from '../../../../worker/native/load-native.ts'
import { chooseDeflater, passesDeflaterTest } from '../../../../worker/outputs/zip/choose-deflater.ts'
import { zlibDeflater } from '../../../../worker/outputs/zip/deflater-zlib.ts'
import { nativeAddOn, warnIfNativeIsMissing } from '../../../support/native-add-on.ts'

warnIfNativeIsMissing()
if (nativeAddOn) testChoosing(nativeAddOn)

function testChoosing(native: NativeAddOn): void {
  describe('the self-test of the native deflate', () => {
    it('the self-test passes the native deflate, and fails others', async () => {
      const { deflate } = native
      assert.equal(await passesDeflaterTest(native), true)
      const others: readonly NativeAddOn['deflate'][] = [
        // One that has another dictionary, that never ends, that ends too early, that cuts, that breaks.
        (text, before, isLast, output) => deflate(text, Buffer.from(before).reverse(), isLast, output),
        (text, before, _, output) => deflate(text, before, false, output),
        (text, before, _, output) => deflate(text, before, true, output),
        async (...all) => (await deflate(...all)) - 1,
        () => Promise.reject(new Error('no memory'))
      ]
      for (const other of others) assert.equal(await passesDeflaterTest({ ...native, deflate: other }), false)
    })

    it('the native deflate is used only with the native inflater', async () => {
      assert.equal((await chooseDeflater({ fast: 'isa-l', reference: 'zlib-handle' })).name, 'isa-l')
      assert.equal(await chooseDeflater({ fast: 'zlib-handle', reference: 'zlib-handle' }), zlibDeflater)
    })

    it('the native deflate rejects ranges beyond its buffers', async () => {
      const text = Buffer.from('a line\n')
      const none = new Uint8Array(0)
      const room = Buffer.alloc(70_000)
      const wrong: readonly (readonly unknown[])[] = [
        [],
        ['a line', none, true, room],
        [text, undefined, true, room],
        [text, none, 1, room],
        [text, none, true, Buffer.alloc(64 * 1024)],
        [text, none, true, new Float64Array(70_000)]
      ]
      for (const args of wrong)
        assert.throws(() => native.deflate(...(args as Parameters<NativeAddOn['deflate']>)), TypeError)
      assert.ok((await native.deflate(text, none, true, room)) > 0)
    })

    it('the native deflate holds its buffers until it is done, and no longer', async () => {
      const before = process.memoryUsage.rss()
      for (let round = 0; round < 40; round++)
        await Promise.all(
          Array.from({ length: 8 }, () => native.deflate(Buffer.alloc(1e6), Buffer.alloc(1e5), true, Buffer.alloc(3e6)))
        )
      assert.ok(process.memoryUsage.rss() - before < 500e6)
    })
  })
}
