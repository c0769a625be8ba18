import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { KeySort, type KeySortBounds } from '../../../worker/athena/key-sort.ts'
import { comparedBytes, noTime } from '../../../worker/athena/sorted-line.ts'
import { compareKeys } from '../../../worker/contract/key-order.ts'

/** Small enough that a handful of lines fills runs, and runs are merged more than once. */
const tight: KeySortBounds = { runBytes: 64, mostLines: 5, mostRuns: 3 }

interface Line {
  readonly key: string
  readonly timeMs: number
  readonly text: string
}

function sorted(lines: readonly Line[], bounds: Partial<KeySortBounds>): Line['text'][] {
  using sort = new KeySort(bounds)
  for (const { key, timeMs, text } of lines) sort.add(key, timeMs, Buffer.from(`${text}\n`))
  const texts = new Map<string, string>()
  for (const { key, lines } of sort.sorted()) texts.set(key, (texts.get(key) ?? '') + lines)
  return [...texts].flatMap(([key, text]) => text.split(/(?<=\n)/).map((line) => `${key} ${line.slice(0, -1)}`))
}

const line: fc.Arbitrary<Line> = fc.record({
  key: fc.constantFrom('a', 'b', 'B', 'é', '\u{1f600}', '\uffee'),
  timeMs: fc.constantFrom(noTime, -1, 0, 0.5, 1e12, 1e12 + 1),
  text: fc.nat(99_999).map(String)
})
const lines = fc.array(line, { maxLength: 120 })

function inOrder(a: Line, b: Line): number {
  const byTime = a.timeMs === b.timeMs ? 0 : a.timeMs - b.timeMs
  return compareKeys(a.key, b.key) || byTime || Buffer.compare(Buffer.from(`${a.text}\n`), Buffer.from(`${b.text}\n`))
}

describe('sorting by key, time and bytes', () => {
  for (const [name, bounds] of [
    ['in memory', {}],
    ['through files', tight]
  ] as const) {
    it(`the sort gives all lines in order for any order of input, ${name}`, () => {
      fc.assert(
        fc.property(lines, (added) => {
          const expected = [...added].sort(inOrder).map(({ key, text }) => `${key} ${text}`)
          assert.deepEqual(sorted(added, bounds), expected)
          assert.deepEqual(sorted(added.toReversed(), bounds), expected)
        }),
        { numRuns: 60 }
      )
    })
  }

  it('the sort takes lines larger than a run, and parts of buffers', () => {
    using sort = new KeySort(tight)
    const long = (letter: string): Buffer => Buffer.from(`${letter.repeat(1_000_000)}\n`)
    for (const letter of ['z', 'x', 'y']) sort.add('b', 1, long(letter))
    sort.add('a', 1, Buffer.from('..one\n..'), 2, 6)
    sort.add('b', 1, Buffer.from('end\n'))
    sort.add('b', 0, Buffer.from('zero\n'))
    const byKey = new Map<string, Buffer[]>()
    for (const { key, lines } of sort.sorted()) byKey.set(key, [...(byKey.get(key) ?? []), lines])
    assert.deepEqual([...byKey.keys()], ['a', 'b'])
    assert.equal(Buffer.concat(byKey.get('a')!).toString(), 'one\n')
    const expected = [Buffer.from('zero\nend\n'), long('x'), long('y'), long('z')]
    assert.ok(Buffer.concat(byKey.get('b')!).equals(Buffer.concat(expected)))
  })

  it('the sort keeps a long line whole beside one that begins with the same bytes', () => {
    const start = 's'.repeat(300_000)
    const added = ['2', '1', '3'].map((end) => ({ key: 'a', timeMs: 5, text: `${start}${end}` }))
    assert.ok(start.length > comparedBytes)
    const ends = sorted(added, tight).map((line) => (line.startsWith(`a ${start}`) ? line.slice(-1) : 'cut'))
    assert.deepEqual(ends, ['2', '1', '3'])
  })

  it('the sort gives nothing without lines', () => {
    using sort = new KeySort()
    assert.deepEqual([...sort.sorted()], [])
  })
})
