import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseChannel, type DeliveryChannel } from '../../../../worker/report/slack/delivery-channels.ts'

const update: DeliveryChannel = { via: 'update', channel: 'C1', ts: '1.1' }
const post: DeliveryChannel = { via: 'post', channel: 'C1' }
const reply: DeliveryChannel = { via: 'reply', url: 'https://hooks.slack.com/commands/1' }
const direct: DeliveryChannel = { via: 'direct', channel: 'U1' }
const untilMs = 6_000
const atOnce = (): number => 0

describe('the target of the next message', () => {
  it('a post gets enough time for a slow answer, and an update gets less while another way may follow', () => {
    assert.equal(chooseChannel([post, reply, direct], atOnce, 0)?.limitMs, 12_000)
    assert.equal(chooseChannel([update], atOnce, 0)?.limitMs, 3_000)
  })

  it('a delivery channel leaves time for the next ones', () => {
    assert.equal(chooseChannel([post, reply, direct], atOnce, 0, untilMs)?.limitMs, 2_000)
    assert.equal(chooseChannel([post], atOnce, 0, untilMs)?.limitMs, 6_000)
  })

  it('a busy channel is waited for if there is time, or the next is taken', () => {
    const readyMs = ({ via }: DeliveryChannel): number => (via === 'update' ? 3_000 : 0)
    assert.deepEqual(chooseChannel([update, reply], readyMs, 0, untilMs), {
      target: update,
      waitMs: 3_000,
      limitMs: 1_000
    })
    assert.equal(chooseChannel([update, reply], readyMs, 0, 5_000)?.target, reply)
    assert.equal(chooseChannel([update], readyMs, 0, 3_000), undefined)
  })

  it('another channel is taken after ten seconds, if there is one', () => {
    const triedMs = (): number => 0
    assert.equal(chooseChannel([update, reply], atOnce, 9_000, 45_000, triedMs)?.target, update)
    const later = ({ via }: DeliveryChannel): number | undefined => (via === 'update' ? 0 : undefined)
    assert.equal(chooseChannel([update, reply], atOnce, 10_000, 45_000, later)?.target, reply)
    assert.equal(chooseChannel([update], atOnce, 40_000, 45_000, triedMs)?.target, update)
  })
})
