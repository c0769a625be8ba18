import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Category } from '../../../worker/contract/config.ts'
import { describeWarning } from '../../../worker/export/warning-text.ts'

test('a warning of records that do not fit says how many, where, and what format they may have', () => {
  const text = (count: number, objects: number, hint: string) =>
    describeWarning({ code: 'format-mismatch', count, objects, keys: [], hint }, {
      name: 'telemetry',
      format: 'lines'
    } as Category).text
  assert.equal(
    text(20, 3, 'json-concatenated'),
    'telemetry: 20 documents on one line in 3 objects: the format may be json-concatenated'
  )
  assert.equal(text(1, 1, ''), 'telemetry: 1 record in 1 object does not fit the format lines')
  assert.equal(
    text(2, 1, 'json-concatenated (documents over several lines)'),
    'telemetry: 2 records in 1 object do not fit the format lines: the format may be json-concatenated (documents over several lines)'
  )
})
