import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { constants, deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { outputBytes } from '../../../worker/decode/inflater.ts'
import { inflaters, warnIfNativeIsMissing } from '../../support/native-add-on.ts'
import { allObjects, oddIdentifier } from '../../support/odd-objects.ts'
import { brokenGzip } from '../../support/odd-streams.ts'
import { grepLines } from '../../support/oracle.ts'
import { scanBytes, specOf } from '../../support/scan-bytes.ts'
import { zipOf } from '../../support/zip-bytes.ts'

const spec = specOf(oddIdentifier, 'hello', 'SEA4')
/** Objects up to this size are cut at every byte with each inflater; larger ones at random places. */
const everyCutBytes = 700
/** What grep finds in each, asked once for all inflaters: starting it costs more than most of these tests. */
const grepped = new Map(allObjects.map((object) => [object, grepLines(object.text, spec.identifiers)]))

warnIfNativeIsMissing()
for (const inflater of inflaters) {
  describe(`reading objects with ${inflater}`, () => {
    for (const object of allObjects) {
      it(object.name, async () => {
        const whole = await scanBytes(object.bytes, spec, { inflater })
        assert.deepEqual(whole.kept, grepped.get(object))
        assert.equal(whole.outcome, object.outcome)
        assert.equal(whole.notRead?.reason, object.reason)
        assert.equal(whole.notRead?.byte, object.byte)
        assert.equal(whole.notRead?.keptLines ?? whole.lines, whole.lines)
        if (object.bytes.length > everyCutBytes) return
        for (let place = 1; place < object.bytes.length; place++) {
          assert.deepEqual(await scanBytes(object.bytes, spec, { inflater, places: [place] }), whole, `cut at ${place}`)
        }
      })
    }

    it('an object gives the same for any cuts', async () => {
      const places = fc.array(fc.nat(1500), { maxLength: 60 })
      const property = fc.asyncProperty(fc.constantFrom(...allObjects), places, async (object, cuts) => {
        const whole = await scanBytes(object.bytes, spec, { inflater })
        assert.deepEqual(await scanBytes(object.bytes, spec, { inflater, places: cuts }), whole)
      })
      await fc.assert(property, { numRuns: inflater === 'zlib-stream' ? 150 : 600 })
    })
  })
}

describe('damage in a large object', () => {
  const line = (at: number): string => `${at} ${Math.sin(at)} THING0000${at % 10}\n`
  const text = Buffer.from(Array.from({ length: 40_000 }, (_, at) => line(at)).join(''))
  const spec3 = specOf('THING00003')

  it('damage loses no line before it', async () => {
    // 700 KB of text whose deflate data ends on a byte, behind it what no deflate stream holds.
    const before = text.subarray(0, 700_000)
    const valid = deflateRawSync(before, { finishFlush: constants.Z_FULL_FLUSH })
    const header = gzipSync('').subarray(0, 10)
    const broken = Buffer.concat([header, valid, Buffer.alloc(100_000, 0xff)])
    const wholeLines = before.subarray(0, before.lastIndexOf(0x0a) + 1)
    for (const inflater of inflaters) {
      const scanned = await scanBytes(broken, spec3, { inflater })
      assert.ok(scanned.kept.equals(grepLines(wholeLines, spec3.identifiers)))
      assert.equal(scanned.textBytes, before.length)
      assert.equal(scanned.notRead?.byte, header.length + valid.length)
    }
  })

  it('all inflaters report damage alike, for any place and any cuts', async () => {
    const gz = gzipSync(text)
    const flip = fc.record({ at: fc.integer({ min: 10, max: gz.length - 1 }), bit: fc.nat(7) })
    const places = fc.array(fc.nat(gz.length), { maxLength: 10 })
    const property = fc.asyncProperty(flip, places, async ({ at, bit }, cuts) => {
      const broken = Buffer.from(gz)
      broken[at]! ^= 1 << bit
      const whole = await scanBytes(broken, spec3)
      // The last byte of deflate data may hold bits that mean nothing; any other flip shows.
      if (whole.outcome === 'read') assert.ok(whole.kept.equals(grepLines(text, spec3.identifiers)))
      assert.deepEqual(await scanBytes(broken, spec3, { places: cuts }), whole)
      for (const inflater of inflaters) assert.deepEqual(await scanBytes(broken, spec3, { inflater }), whole)
    })
    await fc.assert(property, { numRuns: 25 })
  })
})

describe('gzip of any kind, broken anyhow', () => {
  for (const inflater of inflaters) {
    it(`broken gzip is reported by ${inflater} as by the others, for any cuts`, async () => {
      const places = fc.array(fc.nat(3000), { maxLength: 6 })
      const property = fc.asyncProperty(brokenGzip, places, async (bytes, cuts) => {
        const expected = await scanBytes(bytes, specOf(oddIdentifier))
        assert.deepEqual(await scanBytes(bytes, specOf(oddIdentifier), { inflater, places: cuts }), expected)
      })
      await fc.assert(property, { numRuns: inflater === 'isa-l' ? 400 : 40 })
    })
  }
})

describe('limits', () => {
  it('a line over the limit stops the object and keeps the lines before it', async () => {
    const maxLineBytes = 1024 ** 2
    const before = 'first THING00001\nsecond\n'
    const at = (length: number): Buffer => Buffer.from(`${before}${'x'.repeat(length)}\nlast THING00001\n`)
    for (const bytes of [at(maxLineBytes + 1), gzipSync(at(maxLineBytes + 1))]) {
      const over = await scanBytes(bytes, specOf(oddIdentifier), { limits: { maxLineBytes } })
      for (const inflater of inflaters)
        assert.deepEqual(await scanBytes(bytes, specOf(oddIdentifier), { limits: { maxLineBytes }, inflater }), over)
      assert.equal(over.notRead?.reason, 'line-limit')
      assert.equal(over.kept.toString(), 'first THING00001\n')
      for (const places of [[5], [before.length], [before.length + 10, 70_000], [65_536 * 3]]) {
        assert.deepEqual(await scanBytes(bytes, specOf(oddIdentifier), { limits: { maxLineBytes }, places }), over)
      }
    }
    const under = await scanBytes(gzipSync(at(maxLineBytes)), specOf(oddIdentifier), { limits: { maxLineBytes } })
    assert.equal(under.outcome, 'read')
    assert.equal(under.lines, 2)
  })

  it('a zip bomb is stopped at the same byte of text for any cuts', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from('THING00001\n'), Buffer.alloc(300 * 1024 ** 2, '\n')]), {
      level: 1
    })
    const stopped = await scanBytes(bomb, specOf(oddIdentifier), { limits: { maxRatio: 10 } })
    assert.equal(stopped.notRead?.reason, 'ratio-limit')
    assert.equal(stopped.textBytes, 256 * 1024 ** 2)
    assert.equal(stopped.kept.toString(), 'THING00001\n')
    for (const inflater of inflaters) {
      const options = { limits: { maxRatio: 10 }, places: [1, 1000, 100_001], inflater }
      assert.deepEqual(await scanBytes(bomb, specOf(oddIdentifier), options), stopped)
    }
  })

  it('a bomb without text is stopped: padding in gzip in gzip', async () => {
    const padded = Buffer.concat([gzipSync('THING00001\n'), Buffer.alloc(300 * 1024 ** 2)])
    const stopped = await scanBytes(gzipSync(padded), specOf(oddIdentifier))
    assert.equal(stopped.notRead?.reason, 'ratio-limit')
    assert.equal(stopped.kept.toString(), 'THING00001\n')
  })

  it('a zip whose entries together are a bomb is stopped', async () => {
    const entry = Buffer.concat([Buffer.from('THING00001\n'), Buffer.alloc(200 * 1024 ** 2, '\n')])
    const bomb = zipOf(Array.from({ length: 3 }, (_, at) => ({ name: String(at), data: entry })))
    const stopped = await scanBytes(bomb, specOf(oddIdentifier))
    assert.equal(stopped.notRead?.reason, 'ratio-limit')
    assert.equal(stopped.lines, 2)
  })

  it('a bomb inside a bomb is stopped', async () => {
    const inner = gzipSync(Buffer.alloc(300 * 1024 ** 2), { level: 9 })
    const stopped = await scanBytes(gzipSync(inner), specOf(oddIdentifier), { limits: { maxLineBytes: 1024 ** 3 } })
    assert.equal(stopped.notRead?.reason, 'ratio-limit')
  })
})

describe('a long line', () => {
  it('a line of 60 MB is kept whole', async () => {
    const line = Buffer.alloc(60e6, 'x')
    line.write('THING00001', 59_999_000)
    const text = Buffer.concat([Buffer.from('before\n'), line, Buffer.from('\nafter THING00001\n')])
    const scanned = await scanBytes(gzipSync(text, { level: 1 }), specOf(oddIdentifier), { limits: { maxRatio: 1032 } })
    assert.equal(scanned.outcome, 'read')
    assert.equal(scanned.lines, 2)
    assert.ok(scanned.kept.equals(text.subarray('before\n'.length)))
  })
})

describe('a hit that spans two blocks', () => {
  it('a hit is found at every place across the end of a piece of output', async () => {
    for (let before = outputBytes - 24; before <= outputBytes + 2; before++) {
      const text = Buffer.from(`${'.'.repeat(before - 8)}\nline ab THING00001 end\nnext\n`)
      const scanned = await scanBytes(gzipSync(text, { level: 1 }), specOf(oddIdentifier))
      assert.equal(scanned.kept.toString(), 'line ab THING00001 end\n', `${before} bytes before`)
    }
  })
})
