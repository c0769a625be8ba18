import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseWay, type Way } from '../../../../worker/report/slack/delivery-channels.ts'

const update: Way = { via: 'update', channel: 'C1', ts: '1.1' }
const post: Way = { via: 'post', channel: 'C1' }
const reply: Way = { via: 'reply', url: 'https://hooks.slack.com/commands/1' }
const direct: Way = { via: 'direct', channel: 'U1' }
const untilMs = 6_000
const atOnce = (): number => 0

describe('the way of the next message', () => {
  it('gives a post long enough for a slow answer, and an update as long as another may follow', () => {
    assert.equal(chooseWay([post, reply, direct], atOnce, 0)?.limitMs, 12_000)
    assert.equal(chooseWay([update], atOnce, 0)?.limitMs, 3_000)
  })

  it('leaves time for those after it', () => {
    assert.equal(chooseWay([post, reply, direct], atOnce, 0, untilMs)?.limitMs, 2_000)
    assert.equal(chooseWay([post], atOnce, 0, untilMs)?.limitMs, 6_000)
  })

  it('is waited for where there is time, or else the next is taken', () => {
    const readyMs = ({ via }: Way): number => (via === 'update' ? 3_000 : 0)
    assert.deepEqual(chooseWay([update, reply], readyMs, 0, untilMs), { way: update, waitMs: 3_000, limitMs: 1_000 })
    assert.equal(chooseWay([update, reply], readyMs, 0, 5_000)?.way, reply)
    assert.equal(chooseWay([update], readyMs, 0, 3_000), undefined)
  })

  it('is another one after ten seconds, as long as there is one', () => {
    const triedMs = (): number => 0
    assert.equal(chooseWay([update, reply], atOnce, 9_000, 45_000, triedMs)?.way, update)
    const later = ({ via }: Way): number | undefined => (via === 'update' ? 0 : undefined)
    assert.equal(chooseWay([update, reply], atOnce, 10_000, 45_000, later)?.way, reply)
    assert.equal(chooseWay([update], atOnce, 40_000, 45_000, triedMs)?.way, update)
  })
})
