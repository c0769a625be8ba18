import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { LineBlocks } from '../../../worker/decode/blocks.ts'
import { compileFindRuns } from '../../../worker/match/compile-matcher.ts'
import type { MatchSpec } from '../../../worker/match/matcher.ts'
import type { NativeAddOn } from '../../../worker/native/load-native.ts'
import { KeptLines, pieceBytes } from '../../../worker/scan/kept.ts'
import { nativeAddOn, warnIfNativeIsMissing } from '../../support/native-add-on.ts'
import { cutAt } from '../../support/object-bodies.ts'
import { grepLines } from '../../support/oracle.ts'

/** The matchers that there are: without and with the add-on. */
const addOns = nativeAddOn ? [undefined, nativeAddOn] : [undefined]

function pickLines(text: Buffer, spec: MatchSpec, places: readonly number[] = []): Buffer {
  const [expected, ...others] = addOns.map((native) => pickLinesWith(native, text, spec, places))
  for (const other of others) assert.deepEqual(other, expected, 'the add-on finds other lines than JavaScript')
  return expected!
}

function pickLinesWith(
  native: NativeAddOn | undefined,
  text: Buffer,
  spec: MatchSpec,
  places: readonly number[]
): Buffer {
  const pieces: Buffer[] = []
  const kept = new KeptLines((piece) => pieces.push(piece))
  const findRuns = compileFindRuns(spec, native)
  const blocks = new LineBlocks(1e9, (block) => kept.pick(block, findRuns))
  for (const part of cutAt(text, places)) blocks.push(part)
  blocks.finish(true)
  const rest = kept.takeRest()
  return Buffer.concat(rest ? [...pieces, rest] : pieces)
}

/** Few letters, so that hits, near hits and overlaps abound. */
const letters = fc.constantFrom('a', 'b', 'A', 'B', '_', '-', '.', '0', 'é', '[', '\\', '*', '"', "'")
const identifier = fc.string({ unit: letters, minLength: 3, maxLength: 12 })
const spec: fc.Arbitrary<MatchSpec> = fc.record({
  identifiers: fc.uniqueArray(identifier, { minLength: 1, maxLength: 6 }),
  match: fc.constantFrom('text', 'word'),
  case: fc.constantFrom('exact', 'ignore')
})

/** Lines made of the identifiers themselves and noise around them. */
const textFor = ({ identifiers }: MatchSpec): fc.Arbitrary<Buffer> => {
  const swapped = identifiers.map((one) =>
    one.replace(/[ab]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()))
  )
  const part = fc.oneof(
    fc.constantFrom(...identifiers, ...swapped),
    fc.string({ unit: letters, maxLength: 4 }),
    fc.constantFrom('\n', '\n\n', '\r\n', '\0', ' ')
  )
  const bytes = fc.uint8Array({ maxLength: 3 }).map((raw) => Buffer.from(raw))
  return fc
    .array(
      fc.oneof(
        part.map((text) => Buffer.from(text)),
        bytes
      ),
      { maxLength: 400 }
    )
    .map((parts) => Buffer.concat(parts))
}

warnIfNativeIsMissing()

describe('the lines that are kept', () => {
  it('the kept lines are grep’s, for any identifiers and options', () => {
    const cases = spec.chain((one) => fc.tuple(fc.constant(one), textFor(one)))
    fc.assert(
      fc.property(cases, ([one, text]) => {
        assert.deepEqual(pickLines(text, one), grepLines(text, one.identifiers, one))
      }),
      { numRuns: 400 }
    )
  })

  it('the kept lines are the same at every cut of the text', () => {
    const one: MatchSpec = { identifiers: ['abab', 'b_a'], match: 'text', case: 'exact' }
    const text = Buffer.from('ababab\nxabab\n\nb_a\nno\nab\nab b_a abab')
    const whole = pickLines(text, one)
    assert.deepEqual(whole, grepLines(text, one.identifiers))
    for (let first = 1; first < text.length; first++) {
      for (let second = first; second < text.length; second++)
        assert.deepEqual(pickLines(text, one, [first, second]), whole)
    }
  })

  it('lines are found in long texts for any rarest part of the identifier', () => {
    const noise = fc.array(fc.constantFrom('THING0', 'client', '00000', '"status":"OK"', 'é', '-'), {
      minLength: 800,
      maxLength: 1500
    })
    const wanted = fc.constantFrom(
      'THING00001',
      '0000000000',
      '"status":"OFF"',
      'clientclientX',
      'ééééééé',
      'x-00000-THING0'
    )
    fc.assert(
      fc.property(noise, wanted, fc.array(fc.nat(1400), { maxLength: 5 }), (parts, id, at) => {
        const mixed: string[] = [...parts]
        for (const position of at) mixed.splice(position, 0, id, '\n')
        const text = Buffer.from(mixed.map((part, position) => (position % 9 === 0 ? `${part}\n` : part)).join(''))
        const one: MatchSpec = { identifiers: [id], match: 'text', case: 'exact' }
        assert.deepEqual(pickLines(text, one, [70, 5000]), grepLines(text, [id]))
      }),
      { numRuns: 60 }
    )
  })

  it('lines are found in long texts for many identifiers of any length, in any case, as words too', () => {
    const name = fc.integer({ min: 0, max: 400 }).map((number) => `Thing${String(number).padStart(4, '0')}`)
    const other = fc.constantFrom(
      'ab',
      'é',
      'x-1',
      'abab',
      'status-ok',
      'THING',
      '0f3a9c1e-77aa-4b6d-9a51-00000000000b'
    )
    const identifiers = fc.uniqueArray(fc.oneof({ weight: 6, arbitrary: name }, other), {
      minLength: 1,
      maxLength: 60,
      size: 'max'
    })
    const parts = fc.array(
      fc.oneof(name, other, fc.constantFrom('\n', '\n', ' ', '_', '"', 'thing00', 'THING01', '0')),
      { minLength: 1500, maxLength: 2500, size: 'max' }
    )
    const options = fc.record({ match: fc.constantFrom('text', 'word'), case: fc.constantFrom('exact', 'ignore') })
    const property = fc.property(identifiers, parts, options, (some, words, option) => {
      // Not every line matches: most of what is looked for is left out of the text.
      const text = Buffer.from(words.filter((word, at) => at % 40 === 0 || !some.includes(word)).join(''))
      const one: MatchSpec = { identifiers: some, ...option }
      assert.deepEqual(pickLines(text, one, [3, 5000, 5020]), grepLines(text, some, one))
    })
    fc.assert(property, { numRuns: 150 })
  })

  it('all lines are kept when every line matches, also beyond one piece', () => {
    const text = Buffer.from(
      Array.from({ length: (2 * pieceBytes) / 20 }, (_, at) => `line ${at} of THING00001\n`).join('')
    )
    assert.ok(text.length > 2 * pieceBytes)
    assert.ok(pickLines(text, { identifiers: ['THING00001'], match: 'text', case: 'exact' }, [300_000]).equals(text))
  })

  it('all lines are kept when there are more runs than one call reports', () => {
    const lineOf = (at: number): string => (at % 3 === 0 ? `line ${at}\n` : `line ${at} of THING00001\n`)
    const text = Buffer.from(Array.from({ length: 5000 }, (_, at) => lineOf(at)).join(''))
    const one: MatchSpec = { identifiers: ['THING00001'], match: 'text', case: 'exact' }
    assert.deepEqual(pickLines(text, one), grepLines(text, one.identifiers, one))
  })

  it('identifiers of up to 1024 bytes are found', () => {
    const id = `${'é'.repeat(511)}xy`
    const text = Buffer.from(`${id}\n${id.slice(1)}\nno ${id} yes\n`)
    for (const one of [{ case: 'exact' }, { case: 'ignore' }] as const) {
      assert.deepEqual(pickLines(text, { identifiers: [id], match: 'text', ...one }), grepLines(text, [id], one))
      assert.deepEqual(pickLines(text, { identifiers: [id, 'abc'], match: 'text', ...one }), grepLines(text, [id], one))
    }
  })
})
