import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'

/*
 * Ten million lines of ten thousand objects, put back into order in a process of its own, whose memory is measured.
 */

const lines = 10_000_000
/** The bound of memory for a whole export (docs/memory.md). */
const mostMiB = 512

describe('sorting ten million lines', () => {
  it('holds the order and the memory bound', () => {
    const script = new URL('sort-lines.ts', import.meta.url).pathname
    const result = JSON.parse(execFileSync(process.execPath, [script, `${lines}`], { encoding: 'utf8' }))
    console.log(result)
    assert.equal(result.lines, lines)
    assert.equal(result.isOrdered, true)
    assert.ok(result.peakMiB < mostMiB, `${result.peakMiB} MiB`)
  })
})
