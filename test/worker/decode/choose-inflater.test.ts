import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseInflaters, createInflater, passesSelfTest } from '../../../worker/decode/choose-inflater.ts'
import type { Inflater } from '../../../worker/decode/inflater.ts'
import { createHandleInflater } from '../../../worker/decode/inflater-handle.ts'
import type { CodecStep } from '../../../worker/decode/streamed.ts'
import { inflaters, warnIfNativeIsMissing } from '../../support/native-add-on.ts'

warnIfNativeIsMissing()

/** The handle inflater with one thing wrong. */
function broken(change: (step: CodecStep, call: number) => CodecStep): () => Inflater {
  return () => {
    const right = createHandleInflater()
    let call = 0
    return { ...right, step: (input, from, to) => change(right.step(input, from, to) as CodecStep, call++) }
  }
}

describe('the self-test of inflaters', () => {
  for (const name of inflaters) {
    it(`the self-test passes ${name}`, async () => {
      assert.equal(createInflater(name).name, name)
      assert.equal(await passesSelfTest(() => createInflater(name)), true)
    })
  }

  it('the self-test fails an inflater with a wrong byte', async () => {
    const flip = (step: CodecStep, call: number): CodecStep => {
      if (call === 3 && step.output.length > 0) step.output[0]! ^= 1
      return step
    }
    assert.equal(await passesSelfTest(broken(flip)), false)
  })

  it('the self-test fails an inflater that misses the end of a stream', async () => {
    const greedy = (step: CodecStep): CodecStep =>
      step.output.length === 0 ? { ...step, consumed: step.consumed + 1 } : step
    assert.equal(await passesSelfTest(broken(greedy)), false)
  })

  it('the self-test fails an inflater that holds output back without a report', async () => {
    const silent = (step: CodecStep): CodecStep & { isFull: boolean } => ({ ...step, isFull: false })
    assert.equal(await passesSelfTest(broken(silent)), false)
  })

  it('the self-test fails an inflater that accepts bad data', async () => {
    const blind = (): Inflater => {
      const right = createHandleInflater()
      const nothing = { consumed: 0, output: Buffer.alloc(0) }
      return {
        ...right,
        step: (input, from, to) => {
          try {
            return right.step(input, from, to)
          } catch {
            return nothing
          }
        }
      }
    }
    assert.equal(await passesSelfTest(blind), false)
  })

  it('the self-test fails an inflater that this Node lacks', async () => {
    const missing = (): Inflater => {
      throw new Error('no handle')
    }
    assert.equal(await passesSelfTest(missing), false)
  })

  it('the self-test fails an inflater with a wrong checksum', async () => {
    const wrong = (): Inflater => {
      const right = createHandleInflater()
      return { ...right, step: (input, from, to) => ({ ...(right.step(input, from, to) as CodecStep), crc: 1 }) }
    }
    assert.equal(await passesSelfTest(wrong), false)
  })

  it('the fastest inflater that passed is used, and zlib’s fastest for second readings', async () => {
    assert.deepEqual(await chooseInflaters(), { fast: inflaters[0], reference: 'zlib-handle' })
  })

  it('a configured inflater is used without a self-test', async () => {
    for (const name of ['zlib-handle', 'zlib-stream'] as const)
      assert.deepEqual(await chooseInflaters(name), { fast: name, reference: name })
    assert.deepEqual(await chooseInflaters('isa-l'), { fast: 'isa-l', reference: 'zlib-handle' })
  })
})
