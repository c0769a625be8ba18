import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { JobProgress } from '../../../worker/contract/job.ts'
import { ThrottledProgress } from '../../../worker/jobs/progress.ts'
import type { LiveProgress } from '../../../worker/report/job-reporter.ts'

const choice = { engines: ['scan'], obstacles: [undefined], reason: '', basis: '' } as const

describe('the progress of a job', () => {
  it('progress is reported once a second and stored every five, for any rate of updates', async () => {
    const { progress, reported, kept, clock } = follow()
    progress.listener.onPlanned({ objects: 100, storedBytes: 1_000 }, choice)
    for (let step = 0; step < 100; step++) {
      clock.nowMs += 100
      progress.listener.onProgress({ objects: 1, storedBytes: 10, passedBytes: 10, textBytes: 50, lines: 2 })
      kept.at(-1)?.done()
      await setImmediate()
    }
    assert.equal(reported.length, 11)
    assert.deepEqual(
      kept.map(({ objects }) => objects),
      [0, 50, 100]
    )
    assert.deepEqual(reported[0], {
      percent: 10,
      objects: 0,
      totalObjects: 100,
      storedBytes: 0,
      totalBytes: 1_000,
      lines: 0,
      category: 0,
      secondsLeft: undefined
    })
    const { percent, objects, lines, secondsLeft } = reported[5]!
    assert.deepEqual([percent, objects, lines, secondsLeft], [54, 50, 100, 5])
    assert.equal(reported.at(-1)!.percent, 99)
  })

  it('progress is stored by one write at a time', async () => {
    const { progress, kept, clock } = follow()
    const tick = (): void => {
      clock.nowMs += 5_000
      progress.listener.onProgress({ objects: 1, storedBytes: 10, passedBytes: 10, textBytes: 10, lines: 0 })
    }
    progress.listener.onPlanned({ objects: 4, storedBytes: 40 }, choice)
    tick()
    tick()
    assert.deepEqual(
      kept.map(({ objects }) => objects),
      [0]
    )
    const settled = progress.settled()
    kept[0]!.done()
    await settled
    tick()
    assert.deepEqual(
      kept.map(({ objects }) => objects),
      [0, 3]
    )
  })

  it('progress counts unreadable objects too, and names the category', () => {
    const { progress, reported, clock } = follow()
    progress.listener.onPlanned({ objects: 2, storedBytes: 100 }, choice)
    clock.nowMs += 1_000
    progress.listener.onCategory(1)
    progress.listener.onProgress({ objects: 1, storedBytes: 0, passedBytes: 50, textBytes: 0, lines: 0 })
    const { percent, storedBytes, category, secondsLeft } = reported.at(-1)!
    assert.deepEqual([percent, storedBytes, category, secondsLeft], [54, 50, 1, 1])
  })

  it('progress is at 99 % when there is nothing to read', () => {
    const { progress, reported } = follow()
    progress.listener.onPlanned({ objects: 0, storedBytes: 0 }, choice)
    assert.deepEqual(
      reported.map(({ percent }) => percent),
      [99]
    )
  })
})

function follow() {
  const reported: LiveProgress[] = []
  const kept: (JobProgress & { done(): void })[] = []
  const clock = { nowMs: 0 }
  const progress = new ThrottledProgress({
    report: (live) => void reported.push(live),
    keep: (one) =>
      new Promise((resolve) => {
        kept.push({ ...one, done: resolve })
      }),
    nowMs: () => clock.nowMs
  })
  return { progress, reported, kept, clock }
}
