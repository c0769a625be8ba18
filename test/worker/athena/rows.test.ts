import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { RowReader } from '../../../worker/athena/rows.ts'
import { LineBlocks } from '../../../worker/decode/blocks.ts'
import { compileMatcher } from '../../../worker/match/compile-matcher.ts'
import { specOf } from '../../support/scan-bytes.ts'

interface Row {
  readonly path: string
  readonly kind: string
  readonly line: string
}

/** What a reader makes of rows that arrive in pieces of some length. */
function read(rows: readonly Row[], pieceBytes: number, identifier = 'ID1'): { lines: string[]; checked: string[] } {
  const lines: string[] = []
  const checked: string[] = []
  const reader = new RowReader(compileMatcher(specOf(identifier)), {
    lines: (path, bytes, from, to) => {
      const text = bytes.toString('latin1', from, to)
      lines.push(...text.split(/(?<=\n)/).map((line) => `${path} ${line}`))
    },
    check: (path) => checked.push(path)
  })
  const blocks = new LineBlocks(1e6, (block) => reader.push(block))
  const text = Buffer.from(rows.map(({ path, kind, line }) => `${path}\x01${kind}\x01${line}\n`).join(''), 'latin1')
  for (let at = 0; at < text.length; at += pieceBytes) blocks.push(text.subarray(at, at + pieceBytes))
  blocks.finish(true)
  reader.flush()
  return { lines, checked }
}

const row = fc.record({
  path: fc.constantFrom('s3://b/ID1/a', 's3://b/b', 's3://b/c d'),
  kind: fc.constantFrom('line', 'line', 'line', 'check'),
  line: fc
    .array(fc.constantFrom('ID1', 'ID', '1', '\x01', '\\N', '', 'x', '\r', '\x80', '\0'), { maxLength: 6 })
    .map((parts) => parts.join(''))
})

describe('the rows of a result', () => {
  it('rows are split and matched by their lines alone, for any chunks', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (rows, pieceBytes) => {
        const { lines, checked } = read(rows, pieceBytes)
        const isLine = ({ kind, line }: Row): boolean => kind === 'line' && line.includes('ID1')
        assert.deepEqual(
          lines,
          rows.filter(isLine).map(({ path, line }) => `${path} ${line}\n`)
        )
        assert.deepEqual(
          checked,
          rows.filter(({ kind }) => kind === 'check').map(({ path }) => path)
        )
      })
    )
  })

  it('rows may hold lines longer than the buffer', () => {
    const long = `${'x'.repeat(700_000)}ID1`
    const rows = [
      { path: 'p', kind: 'line', line: 'ID1' },
      { path: 'q', kind: 'line', line: long },
      { path: 'q', kind: 'line', line: 'no' }
    ]
    assert.deepEqual(read(rows, 100_000).lines, ['p ID1\n', `q ${long}\n`])
  })

  it('malformed rows are rejected', () => {
    const reader = new RowReader(compileMatcher(specOf('x')), { lines: () => {}, check: () => {} })
    assert.throws(() => reader.push(Buffer.from('path\x01line only\nx\x01line\x01x\n')), /three columns/)
  })
})
