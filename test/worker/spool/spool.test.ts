import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, it } from 'node:test'
import { Spool } from '../../../worker/spool/spool.ts'

describe('a spool', () => {
  it('a spool gives back what was appended, from memory and from its file', () => {
    using spool = new Spool<{ at: number; text: string }>(1000)
    const values = Array.from({ length: 200 }, (_, at) => ({ at, text: 'é\u{1f600}'.repeat(at % 30) }))
    for (const [number, value] of values.entries()) assert.equal(spool.append(value), number)
    assert.deepEqual([...spool], values)
    assert.deepEqual(spool.get(150), values[150])
    assert.deepEqual(spool.get(0), values[0])
  })

  it('a spool has no name in the temporary directory while it is in use', () => {
    using spool = new Spool<string>(10)
    spool.append('x'.repeat(1000))
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => name.startsWith(`iot-log-${process.pid}-`)),
      []
    )
  })
})
