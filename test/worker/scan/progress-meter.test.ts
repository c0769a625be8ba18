import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ProgressMeter } from '../../../worker/scan/progress-meter.ts'

describe('the progress of a scan', () => {
  it('the progress counts all of an object, for any amount that was read', () => {
    const meter = new ProgressMeter()
    meter.advance({ storedBytes: 40, textBytes: 200 }, 1)
    assert.deepEqual(meter.take(), { objects: 0, storedBytes: 40, passedBytes: 40, textBytes: 200, lines: 1 })
    // Damaged before the place that was read to.
    meter.endObject(100, { storedBytes: 30, textBytes: 200 }, 1)
    assert.deepEqual(meter.take(), { objects: 1, storedBytes: -10, passedBytes: 60, textBytes: 0, lines: 0 })
    // Refused by the store.
    meter.endObject(50, { storedBytes: 0, textBytes: 0 }, 1)
    assert.deepEqual(meter.take(), { objects: 1, storedBytes: 0, passedBytes: 50, textBytes: 0, lines: 0 })
  })
})
