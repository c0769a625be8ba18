import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseMatcher, passesMatcherTest } from '../../../worker/match/choose-matcher.ts'
import type { NativeAddOn } from '../../../worker/native/load-native.ts'
import { nativeAddOn, warnIfNativeIsMissing } from '../../support/native-add-on.ts'

warnIfNativeIsMissing()
if (nativeAddOn) testChoosing(nativeAddOn)

function testChoosing(native: NativeAddOn): void {
  describe('the self-test of the native searches', () => {
    it('the self-test passes the native searches, and fails others', () => {
      assert.equal(passesMatcherTest(native), true)
      const skips: NativeAddOn = { ...native, findRuns: (...all) => native.findRuns(...all) - 1 }
      assert.equal(passesMatcherTest(skips), false)
      const caseless = native.compile
      assert.equal(passesMatcherTest({ ...native, compile: (a, b, _, d) => caseless(a, b, true, d) }), false)
      assert.equal(passesMatcherTest({ ...native, compile: () => undefined }), false)
    })

    it('the native searches are used only with the native inflater', () => {
      assert.equal(chooseMatcher({ fast: 'isa-l', reference: 'zlib-handle' }), 'native')
      assert.equal(chooseMatcher({ fast: 'zlib-handle', reference: 'zlib-handle' }), 'javascript')
    })

    it('a native search rejects ranges beyond its buffers', () => {
      const search = native.compile(Buffer.from('abcd'), Uint32Array.of(4), false, false)!
      const block = Buffer.from('x abcd')
      const runs = new Uint32Array(5)
      assert.equal(native.findRuns(search, block, 0, runs), 1)
      assert.deepEqual([...runs], [0, 6, 1, 0, 0])
      assert.equal(native.findRuns(search, block, 3, runs), 0)
      assert.equal(native.findRuns(search, block, 6, runs), 0)
      assert.throws(() => native.findRuns(search, block, 7, runs), TypeError)
      assert.throws(() => native.findRuns(search, block, -1, runs), TypeError)
      assert.throws(() => native.findRuns(search, block, 0, new Uint32Array(2)), TypeError)
      assert.throws(() => native.findRuns(native.create() as never, block, 0, runs), TypeError)
      assert.throws(() => native.compile(Buffer.from('abcd'), Uint32Array.of(5), false, false), TypeError)
      assert.throws(() => native.compile(Buffer.from('abcd'), Uint32Array.of(2, 3), false, false), TypeError)
      assert.throws(() => native.compile(Buffer.from('abcd'), Uint32Array.of(1), false, false), TypeError)
      assert.throws(() => native.compile(Buffer.from('abcd'), new Uint32Array(0), false, false), TypeError)
    })
  })
}
