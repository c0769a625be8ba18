import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { KeySort, type KeySortBounds } from '../../../worker/athena/key-sort.ts'
import { compareKeys } from '../../../worker/contract/key-order.ts'

/** Small enough that a handful of lines fills runs, and runs are merged more than once. */
const tight: KeySortBounds = { runBytes: 64, mostSpans: 5, mostRuns: 3 }

function sortedText(sort: KeySort): string[] {
  const gathered: string[] = []
  for (const { key, lines } of sort.sorted())
    gathered.push(
      ...lines
        .toString()
        .split(/(?<=\n)/)
        .map((line) => `${key} ${line}`)
    )
  return gathered
}

const added = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'B', 'é', '\u{1f600}', '\uffee'), line: fc.nat(99_999) }),
  {
    maxLength: 120
  }
)

describe('sorting by key', () => {
  for (const [name, bounds] of [
    ['in memory', {}],
    ['through files', tight]
  ] as const) {
    it(`gives everything in key order, and lines of a key as they came, ${name}`, () => {
      fc.assert(
        fc.property(added, (lines) => {
          using sort = new KeySort(bounds)
          for (const { key, line } of lines) sort.add(key, Buffer.from(`${line}\n`))
          const expected = lines
            .map(({ key, line }, at) => ({ key, line, at }))
            .sort((a, b) => compareKeys(a.key, b.key) || a.at - b.at)
          assert.deepEqual(
            sortedText(sort),
            expected.map(({ key, line }) => `${key} ${line}\n`)
          )
        })
      )
    })
  }

  it('takes lines larger than a run, and parts of buffers', () => {
    using sort = new KeySort(tight)
    const long = Buffer.alloc(1_000_000, 'x')
    long[long.length - 1] = 0x0a
    sort.add('b', long)
    sort.add('a', Buffer.from('..one\n..'), 2, 6)
    sort.add('b', Buffer.from('end\n'))
    const byKey = new Map<string, Buffer[]>()
    for (const { key, lines } of sort.sorted()) byKey.set(key, [...(byKey.get(key) ?? []), Buffer.from(lines)])
    assert.deepEqual([...byKey.keys()], ['a', 'b'])
    assert.equal(Buffer.concat(byKey.get('a')!).toString(), 'one\n')
    assert.ok(Buffer.concat(byKey.get('b')!).equals(Buffer.concat([long, Buffer.from('end\n')])))
  })

  it('is nothing without lines', () => {
    using sort = new KeySort()
    assert.deepEqual([...sort.sorted()], [])
  })
})
