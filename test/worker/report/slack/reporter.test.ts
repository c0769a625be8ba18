import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkDownload } from '../../../../worker/contract/download-link.ts'
import type { Job } from '../../../../worker/contract/job.ts'
import type { SlackServer, SlackServerOptions } from '../../../stand-ins/slack/server.ts'
import { attempt, completeJob, nowMs, progressAt, runningJob, sampleJob } from './jobs.ts'
import { requested, said, startSlackHarness } from './slack-harness.ts'

const everyCall = ['chat.postMessage', 'chat.update']
const minutes = 60_000
/** The time that a stopped worker gives its last message. */
const hurriedMs = 6_000

/** A private channel that the bot was not invited to: there is no such channel for it. */
const uninvited: SlackServerOptions = {
  channels: [{ id: 'C0SUPPORT', name: 'iot-support', kind: 'private', hasApp: false }]
}
/** A public one, and no `chat:write.public`. */
const unjoined: SlackServerOptions = {
  channels: [{ id: 'C0SUPPORT', name: 'iot-support', hasApp: false }],
  scopes: ['chat:write']
}

const posted = (slack: SlackServer, count: number): Promise<true> =>
  slack.until(({ messages }) => messages().length === count)
const edited = (slack: SlackServer, look: RegExp): Promise<true> =>
  slack.until(({ messages }) => look.test(messages().at(-1)?.text ?? ''))

describe('a job in Slack', () => {
  it('a job is one message from its start to its link', async () => {
    await using harness = await startSlackHarness()
    const { slack, reporter, kept } = harness
    reporter.running(runningJob())
    await posted(slack, 1)
    reporter.progress(runningJob(), progressAt(0.4))
    await edited(slack, /^45 %/)
    await reporter.over(completeJob())
    assert.deepEqual(harness.calls(), ['chat.postMessage 10 %', 'chat.update 45 %', 'chat.update Complete: 801 lines'])
    assert.match(said(slack.messages()[0]), /^✅ Complete: 801 lines · THING00001\n/)
    assert.deepEqual(kept.at(-1), { ...sampleJob().reply, channel: 'C0SUPPORT', ts: slack.messages()[0]?.ts })
  })

  it('the link of a job is valid in its ingress until the shown time', async () => {
    await using harness = await startSlackHarness()
    await harness.reporter.over(completeJob())
    const message = harness.slack.messages()[0]!
    const buttons = message.blocks.flatMap((block) => (block.elements ?? []) as { url?: string }[])
    const link = new URL(buttons.find((button) => button.url !== undefined)!.url!)
    assert.equal(link.origin, 'https://x.lambda-url.ap-northeast-1.on.aws')
    assert.equal(link.pathname, `/download/${completeJob().id}`)
    const check = (atMs: number): string =>
      checkDownload(['a key of sixteen or more'], completeJob().id, link.searchParams, atMs)
    assert.deepEqual([check(nowMs + 60 * minutes), check(nowMs + 60 * minutes + 1)], ['valid', 'expired'])
    assert.match(said(message), /Link until 2023-10-02 02:00 UTC/)
  })

  it('Slack parses no text and fetches no link of a message', async () => {
    await using harness = await startSlackHarness()
    harness.reporter.running(runningJob())
    await posted(harness.slack, 1)
    await harness.reporter.over(completeJob())
    const [post, update] = harness.slack.requests
    assert.deepEqual([post?.args.unfurl_links, post?.args.unfurl_media].map(String), ['false', 'false'])
    for (const call of [post, update]) {
      assert.deepEqual([call?.args.parse, String(call?.args.link_names)], ['none', 'false'])
    }
  })

  it('the reporter sends only the newest progress, at most every five seconds', async () => {
    await using harness = await startSlackHarness()
    const { slack, reporter, time } = harness
    reporter.running(runningJob())
    await posted(slack, 1)
    for (const fraction of [0.1, 0.2, 0.3, 0.4]) reporter.progress(runningJob(), progressAt(fraction))
    await edited(slack, /^45 %/)
    assert.deepEqual(harness.calls(), ['chat.postMessage 10 %', 'chat.update 45 %'])
    assert.deepEqual(time.slept, [5_000])
  })

  it('the reporter leaves rate for other jobs, with random delays', async () => {
    await using harness = await startSlackHarness({ reporter: { countRunning: async () => 20, random: () => 0.5 } })
    harness.reporter.running(runningJob())
    await posted(harness.slack, 1)
    harness.reporter.progress(runningJob(), progressAt(0.4))
    await edited(harness.slack, /^45 %/)
    assert.deepEqual(harness.time.slept, [33_000])
  })

  it('the last message does not wait for the interval', async () => {
    await using harness = await startSlackHarness()
    harness.reporter.running(runningJob())
    await posted(harness.slack, 1)
    harness.reporter.progress(runningJob(), progressAt(0.4))
    await harness.reporter.over(completeJob())
    assert.equal(harness.calls().at(-1), 'chat.update Complete: 801 lines')
    // Nothing comes after it.
    harness.reporter.progress(runningJob(), progressAt(0.9))
    assert.match(harness.slack.messages()[0]!.text, /^Complete/)
  })

  it('another attempt continues in the same message', async () => {
    await using harness = await startSlackHarness()
    harness.reporter.running(runningJob())
    await posted(harness.slack, 1)
    await harness.reporter.interrupted(runningJob())
    assert.match(said(harness.slack.messages()[0]), /^⏸️ Interrupted/)
    const next = harness.again()
    next.running(harness.recorded(runningJob({ attempts: [attempt, attempt] })))
    await edited(harness.slack, /^10 %/)
    assert.match(said(harness.slack.messages()[0]), /Restarted after an interruption \(attempt 2\)/)
    await next.over(harness.recorded(completeJob()))
    assert.equal(harness.slack.messages().length, 1)
  })

  it('the reporter continues in the message that the job document names meanwhile', async () => {
    await using harness = await startSlackHarness()
    const message = harness.slack.workspace.post(harness.slack.workspace.channels.get('C0SUPPORT')!, {
      text: 'Queued',
      blocks: []
    })
    await harness.reporter.over({
      ...completeJob(),
      reply: { ...sampleJob().reply, channel: 'C0SUPPORT', ts: message.ts }
    })
    assert.deepEqual(harness.calls(), ['chat.update Complete: 801 lines'])
  })
})

describe('Slack that limits the rate', () => {
  it('the reporter waits for the Retry-After, and then sends the newest progress', async () => {
    await using harness = await startSlackHarness()
    const { slack, reporter, time } = harness
    reporter.running(runningJob())
    await posted(slack, 1)
    slack.faults.add({ method: 'chat.update', times: 1, action: { kind: 'rate-limit', retryAfterSeconds: 30 } })
    reporter.progress(runningJob(), progressAt(0.2))
    await requested(slack, 'chat.update', 1)
    reporter.progress(runningJob(), progressAt(0.4))
    await edited(slack, /^45 %/)
    assert.deepEqual(harness.calls().slice(1), ['chat.update ratelimited', 'chat.update 45 %'])
    assert.deepEqual(time.slept, [5_000, 30_000])
  })

  for (const retryAfterSeconds of [7, 16, 29]) {
    it(`the last message is sent after the Retry-After (${retryAfterSeconds} s)`, async () => {
      await using harness = await startSlackHarness({ hasReplyUrl: true })
      harness.slack.faults.add({ times: 1, action: { kind: 'rate-limit', retryAfterSeconds } })
      assert.equal(await harness.reporter.over(harness.recorded(completeJob())), true)
      assert.deepEqual(harness.calls(), ['chat.postMessage ratelimited', 'chat.postMessage Complete: 801 lines'])
      assert.deepEqual(harness.time.slept, [retryAfterSeconds * 1_000])
    })

    it(`the last message goes to the response URL when there is no time for the Retry-After (${retryAfterSeconds} s)`, async () => {
      await using harness = await startSlackHarness({ hasReplyUrl: true })
      harness.slack.faults.add({ method: everyCall, action: { kind: 'rate-limit', retryAfterSeconds } })
      assert.equal(await harness.reporter.over(harness.recorded(completeJob()), hurriedMs), true)
      assert.deepEqual(harness.calls(), ['chat.postMessage ratelimited', 'response_url Complete: 801 lines'])
      assert.deepEqual(harness.time.slept, [])
    })
  }

  it('the last message waits for a Retry-After that progress got', async () => {
    await using harness = await startSlackHarness()
    harness.reporter.running(runningJob())
    await posted(harness.slack, 1)
    harness.slack.faults.add({ method: 'chat.update', times: 1, action: { kind: 'rate-limit', retryAfterSeconds: 30 } })
    harness.reporter.progress(runningJob(), progressAt(0.4))
    await requested(harness.slack, 'chat.update', 1)
    const [, refused] = harness.slack.requests
    assert.equal(await harness.reporter.over(completeJob()), true)
    const [, , last] = harness.slack.requests
    assert.ok(last!.atMs - refused!.atMs >= 30_000, `${last!.atMs - refused!.atMs} ms`)
    assert.equal(harness.calls().at(-1), 'chat.update Complete: 801 lines')
  })

  for (const budgetMs of [hurriedMs, 150_000]) {
    it(`the reporter gives up in time when the rate limit stays (${budgetMs} ms)`, async () => {
      await using harness = await startSlackHarness()
      harness.slack.faults.add({ action: { kind: 'rate-limit', retryAfterSeconds: 60 } })
      assert.equal(await harness.reporter.over(completeJob(), budgetMs), false)
      assert.ok(harness.time.nowMs() - nowMs <= budgetMs)
      assert.ok(harness.logged.some((event) => 'code' in event && event.code === 'unsent'))
    })
  }

  it('a 429 without a Retry-After is retried with back-off', async () => {
    await using harness = await startSlackHarness()
    harness.slack.faults.add({ times: 2, action: { kind: 'http', status: 429 } })
    await harness.reporter.over(completeJob())
    assert.equal(harness.slack.messages().length, 1)
    assert.deepEqual(harness.time.slept, [1_000, 2_000])
  })
})

describe('Slack with faults', () => {
  for (const [name, action] of Object.entries({
    'answers 500': { kind: 'http', status: 500, body: '<html>Oh no</html>' },
    'answers 503': { kind: 'http', status: 503 },
    'answers what is no JSON': { kind: 'http', status: 200, body: '<html>Hello</html>' },
    'resets connections': { kind: 'reset' },
    'says internal_error': { kind: 'error', error: 'internal_error' },
    'says fatal_error': { kind: 'error', error: 'fatal_error' }
  } as const)) {
    it(`a call is retried when Slack ${name}`, async () => {
      await using harness = await startSlackHarness()
      harness.slack.faults.add({ times: 2, action })
      harness.reporter.running(runningJob())
      await posted(harness.slack, 1)
      assert.equal(harness.slack.requests.length, 3)
      harness.slack.faults.add({ times: 2, action })
      await harness.reporter.over(completeJob())
      assert.match(harness.slack.messages()[0]!.text, /^Complete/)
    })
  }

  it('the reporter gives up in time when Slack never answers', async () => {
    await using harness = await startSlackHarness({ hasReplyUrl: true })
    harness.time.isImpatient = true
    harness.slack.faults.add({ action: { kind: 'hang' } })
    harness.reporter.running(harness.recorded(runningJob()))
    await requested(harness.slack, 'chat.postMessage', 1)
    const startMs = harness.time.nowMs()
    assert.equal(await harness.reporter.over(harness.recorded(completeJob()), hurriedMs), false)
    // One call may have been under way.
    assert.ok(harness.time.nowMs() - startMs <= hurriedMs + 12_000, `${harness.time.nowMs() - startMs}`)
    assert.ok(harness.calls().includes('response_url Complete: 801 lines'))
    // A use that was not answered may have been one.
    assert.ok(harness.kept.at(-1)!.responseUrlUses >= 1)
  })

  it('the last message takes no more than its budget when Slack never answers', async () => {
    await using harness = await startSlackHarness({ hasReplyUrl: true })
    harness.time.isImpatient = true
    harness.slack.faults.add({ action: { kind: 'hang' } })
    await harness.reporter.over(harness.recorded(completeJob()), hurriedMs)
    assert.ok(harness.time.nowMs() - nowMs <= hurriedMs + 1_000, `${harness.time.nowMs() - nowMs}`)
  })

  it('the last message takes another channel when an update gets no answer, with little time too', async () => {
    for (const [hasReplyUrl, call] of [
      [true, 'response_url Complete: 801 lines'],
      [false, 'chat.postMessage Complete: 801 lines']
    ] as const) {
      await using harness = await startSlackHarness({ hasReplyUrl })
      harness.reporter.running(harness.recorded(runningJob()))
      await posted(harness.slack, 1)
      harness.time.isImpatient = true
      harness.slack.faults.add({ method: 'chat.update', action: { kind: 'hang' } })
      assert.equal(await harness.reporter.over(harness.recorded(completeJob()), hurriedMs), true)
      assert.equal(harness.calls().at(-1), call)
    }
  })

  it('a second call with less time sends the last message when the first gets no answer', async () => {
    await using harness = await startSlackHarness()
    harness.reporter.running(runningJob())
    await posted(harness.slack, 1)
    harness.slack.faults.add({ method: 'chat.update', times: 1, action: { kind: 'hang' } })
    const first = harness.reporter.over(completeJob())
    await requested(harness.slack, 'chat.update', 1)
    assert.equal(await harness.reporter.over(completeJob(), hurriedMs), true)
    assert.match(harness.slack.messages()[0]!.text, /^Complete/)
    await harness.slack.setOffline(true)
    assert.equal(await first, false)
  })

  it('a post whose answer was lost is repeated only after the time-out of a post', async () => {
    await using harness = await startSlackHarness()
    harness.slack.faults.add({ method: 'chat.postMessage', times: 1, action: { kind: 'lost-answer' } })
    harness.reporter.running(runningJob())
    await posted(harness.slack, 2)
    const [first, second] = harness.slack.requestsOf('chat.postMessage')
    assert.ok(second!.atMs - first!.atMs >= 12_000, `${second!.atMs - first!.atMs} ms`)
  })

  it('the last message takes another channel when the answer to its post was lost and there is little time', async () => {
    await using harness = await startSlackHarness({ hasReplyUrl: true })
    harness.slack.faults.add({ method: 'chat.postMessage', times: 1, action: { kind: 'lost-answer' } })
    assert.equal(await harness.reporter.over(harness.recorded(completeJob()), hurriedMs), true)
    assert.deepEqual(
      harness.slack.requests.map(({ method }) => method),
      ['chat.postMessage', 'response_url']
    )
  })

  it('the reporter gives up in time when Slack is unreachable', async () => {
    await using harness = await startSlackHarness()
    await harness.slack.setOffline(true)
    await harness.reporter.interrupted(runningJob())
    assert.ok(harness.time.nowMs() - nowMs <= 6_000)
    assert.equal(await harness.reporter.over(completeJob(), hurriedMs), false)
    assert.ok(harness.time.nowMs() - nowMs <= 12_000)
  })

  it('the reporter sends the newest progress when Slack is reachable again', async () => {
    await using harness = await startSlackHarness()
    await harness.slack.setOffline(true)
    harness.reporter.running(runningJob())
    while (harness.time.slept.length < 3) await new Promise(setImmediate)
    harness.reporter.progress(runningJob(), progressAt(0.4))
    await harness.slack.setOffline(false)
    await edited(harness.slack, /^45 %/)
    assert.equal(harness.slack.messages().length, 1)
  })
})

describe('a message that can not be changed any more', () => {
  it('a deleted message is posted once more', async () => {
    await using harness = await startSlackHarness()
    const { slack, reporter, kept } = harness
    reporter.running(runningJob())
    await posted(slack, 1)
    slack.workspace.delete(slack.messages()[0]!)
    reporter.progress(runningJob(), progressAt(0.4))
    await posted(slack, 1)
    assert.match(slack.messages()[0]!.text, /^45 %/)
    await reporter.over(completeJob())
    assert.equal(slack.messages().length, 1)
    assert.equal(kept.at(-1)?.ts, slack.messages()[0]?.ts)
  })

  it('a twice deleted message is posted again only for the result', async () => {
    await using harness = await startSlackHarness()
    const { slack, reporter } = harness
    reporter.running(runningJob())
    await posted(slack, 1)
    slack.workspace.delete(slack.messages()[0]!)
    reporter.progress(runningJob(), progressAt(0.2))
    await posted(slack, 1)
    slack.workspace.delete(slack.messages()[0]!)
    reporter.progress(runningJob(), progressAt(0.4))
    await requested(slack, 'chat.update', 2)
    // The record still knows the message that is gone.
    const sleeps = harness.time.slept.length
    reporter.progress(harness.recorded(runningJob()), progressAt(0.6))
    while (harness.time.slept.length === sleeps) await new Promise(setImmediate)
    await reporter.over(harness.recorded(completeJob()))
    assert.deepEqual(harness.calls().slice(-2), [
      'chat.update message_not_found',
      'chat.postMessage Complete: 801 lines'
    ])
    assert.equal(slack.requestsOf('chat.update').length, 2)
  })

  for (const error of ['cant_update_message', 'edit_window_closed', 'streaming_state_conflict']) {
    it(`a message is posted again after ${error}`, async () => {
      await using harness = await startSlackHarness()
      harness.reporter.running(runningJob())
      await posted(harness.slack, 1)
      harness.slack.faults.add({ method: 'chat.update', times: 1, action: { kind: 'error', error } })
      await harness.reporter.over(completeJob())
      assert.equal(harness.slack.messages().length, 2)
      assert.match(harness.slack.messages()[1]!.text, /^Complete/)
    })
  }
})

describe('blocks that Slack does not take', () => {
  it('rejected blocks are replaced by plain ones from then on', async () => {
    await using harness = await startSlackHarness({ server: { unsupportedBlocks: ['plan'] } })
    harness.reporter.running(runningJob())
    await posted(harness.slack, 1)
    harness.reporter.progress(runningJob(), progressAt(0.4))
    await edited(harness.slack, /^45 %/)
    await harness.reporter.over(completeJob())
    assert.deepEqual(harness.calls(), [
      'chat.postMessage 10 %',
      'chat.update invalid_blocks',
      'chat.update 45 %',
      'chat.update Complete: 801 lines'
    ])
    assert.match(said(harness.slack.messages()[0]), /\n• telemetry: 742 lines/)
  })

  it('blocks are left out when plain ones are rejected too', async () => {
    await using harness = await startSlackHarness()
    const when = ({ blocks }: Readonly<Record<string, unknown>>): boolean => blocks !== undefined && blocks !== '[]'
    harness.slack.faults.add({ when, action: { kind: 'error', error: 'invalid_blocks' } })
    await harness.reporter.over(completeJob())
    assert.equal(harness.slack.requests.length, 3)
    assert.deepEqual(harness.slack.messages()[0]?.blocks, [])
    assert.match(
      harness.slack.messages()[0]!.text,
      /^Complete: 801 lines · THING00001[^\n]*\n<https:\/\/x\.lambda\S+e=\d+&amp;s=\w+\|Download \(18 kB\)>$/
    )
  })
})

describe('a channel that the bot is not in', () => {
  for (const [error, server] of [
    ['not_in_channel', unjoined],
    ['channel_not_found', uninvited]
  ] as const) {
    it(`a message goes to the response URL after ${error}`, async () => {
      await using harness = await startSlackHarness({ server, hasReplyUrl: true })
      harness.reporter.running(harness.recorded(runningJob()))
      await posted(harness.slack, 1)
      await harness.reporter.over(harness.recorded(completeJob()))
      assert.deepEqual(harness.calls(), [
        `chat.postMessage ${error}`,
        'response_url 10 %',
        'response_url Complete: 801 lines'
      ])
      assert.match(said(harness.slack.messages().at(-1)), /^✅ Complete[\s\S]*\[Download/)
      assert.equal(harness.kept.at(-1)?.responseUrlUses, 2)
    })
  }

  it('the reporter keeps two of the five uses of a response URL for the end, and spreads the others', async () => {
    // Jobs are counted after each message, delivered or not, once in half a minute.
    let rounds = 0
    const countRunning = async (): Promise<number> => ++rounds && 1
    await using harness = await startSlackHarness({ server: uninvited, hasReplyUrl: true, reporter: { countRunning } })
    const { slack, reporter, time } = harness
    const job = harness.recorded(runningJob())
    reporter.running(job)
    await posted(slack, 1)
    for (const [atMinutes, fraction] of [
      [1, 0.1],
      [2, 0.2],
      [5, 0.3],
      [11, 0.4],
      [20, 0.5]
    ] as const) {
      time.advance(nowMs + atMinutes * minutes - time.nowMs())
      const before = rounds
      reporter.progress(job, progressAt(fraction))
      while (rounds === before) await new Promise(setImmediate)
    }
    assert.ok(!slack.workspace.channels.has('D0MINA'))
    assert.deepEqual(
      slack.messages().map(({ text }) => text.slice(0, 4)),
      ['10 %', '27 %', '45 %']
    )
    // None of them can be changed any more.
    assert.deepEqual(
      slack.messages().map((message) => said(message).includes('[Cancel]')),
      [true, false, false]
    )
    await reporter.over(job && { ...completeJob(), reply: job.reply })
    assert.equal(harness.kept.at(-1)?.responseUrlUses, 4)
    assert.equal(slack.requestsOf('response_url').filter(({ error }) => error !== undefined).length, 0)
  })

  it('one direct message replaces an expired response URL', async () => {
    await using harness = await startSlackHarness({ server: uninvited, hasReplyUrl: true })
    harness.time.advance(30 * minutes)
    const job = harness.recorded(runningJob())
    harness.reporter.running(job)
    await harness.slack.until(({ workspace }) => workspace.channels.has('D0MINA'))
    await harness.reporter.over({ ...completeJob(), reply: job.reply })
    assert.deepEqual(harness.calls(), [
      'chat.postMessage channel_not_found',
      'chat.postMessage 10 %',
      'chat.update Complete: 801 lines'
    ])
    assert.equal(harness.slack.messages('D0MINA').length, 1)
    assert.equal(harness.kept.at(-1)?.channel, 'D0MINA')
    const next = harness.again()
    await next.over(harness.recorded(completeJob()))
    assert.equal(harness.slack.messages('D0MINA').length, 1)
  })

  it('the reporter gives up when direct messages are switched off', async () => {
    await using harness = await startSlackHarness({ server: { ...uninvited, hasMessagesTab: false } })
    assert.equal(await harness.reporter.over(completeJob()), false)
    assert.deepEqual(harness.calls(), ['chat.postMessage channel_not_found', 'chat.postMessage messages_tab_disabled'])
    assert.deepEqual(harness.time.slept, [])
  })

  it('a direct message has the result when the response URL fails', async () => {
    await using harness = await startSlackHarness({ server: uninvited, hasReplyUrl: true })
    harness.slack.faults.add({ method: 'response_url', action: { kind: 'error', error: 'used_url' } })
    await harness.reporter.over(harness.recorded(completeJob()))
    assert.match(harness.slack.messages('D0MINA')[0]!.text, /^Complete/)
    assert.equal(harness.kept.find(({ ts }) => ts === null)?.responseUrlUses, 5)
  })

  it('the response URL has the result when the bot is removed from the channel', async () => {
    await using harness = await startSlackHarness({ hasReplyUrl: true })
    harness.reporter.running(harness.recorded(runningJob()))
    await posted(harness.slack, 1)
    harness.slack.faults.add({ method: everyCall, action: { kind: 'error', error: 'is_archived' } })
    await harness.reporter.over(harness.recorded(completeJob()))
    assert.deepEqual(harness.calls().slice(1), ['chat.update is_archived', 'response_url Complete: 801 lines'])
  })

  it('a response URL gets plain blocks, since support of plan blocks is unknown', async () => {
    await using harness = await startSlackHarness({
      server: { ...uninvited, unsupportedBlocks: ['plan'] },
      hasReplyUrl: true
    })
    await harness.reporter.over(harness.recorded(completeJob()))
    assert.deepEqual(harness.calls(), ['chat.postMessage channel_not_found', 'response_url Complete: 801 lines'])
  })
})

describe('without a token that works', () => {
  it('without a token only the response URL is called', async () => {
    await using harness = await startSlackHarness({ hasReplyUrl: true, reporter: { token: undefined } })
    await harness.reporter.over(harness.recorded(completeJob()))
    assert.deepEqual(harness.calls(), ['response_url Complete: 801 lines'])
  })

  it('a revoked token is not used again', async () => {
    await using harness = await startSlackHarness({ hasReplyUrl: true, reporter: { token: 'xoxb-revoked' } })
    harness.reporter.running(harness.recorded(runningJob()))
    await posted(harness.slack, 1)
    await harness.reporter.over(harness.recorded(completeJob()))
    assert.deepEqual(harness.calls(), [
      'chat.postMessage invalid_auth',
      'response_url 10 %',
      'response_url Complete: 801 lines'
    ])
  })

  it('the reporter gives up without a token and a response URL', async () => {
    await using harness = await startSlackHarness({ reporter: { token: '' } })
    await harness.reporter.over(completeJob())
    assert.deepEqual(harness.calls(), [])
    assert.deepEqual(harness.logged, [{ message: 'slack-delivery', job: completeJob().id, code: 'unsent' }])
  })

  it('a response URL of a foreign origin is not called', async () => {
    await using harness = await startSlackHarness({
      hasReplyUrl: true,
      reporter: { token: undefined, allowedReplyOrigins: [] }
    })
    await harness.reporter.over(harness.recorded(completeJob()))
    assert.deepEqual(harness.calls(), [])
    assert.deepEqual(
      harness.logged.map((event) => 'code' in event && event.code),
      ['reply-url-refused', 'unsent']
    )
  })
})

describe('what goes wrong on this side', () => {
  it('a failure to store the reply or to count jobs delays no message', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('S3 refuses the record')
    }
    await using harness = await startSlackHarness({ reporter: { onReply: fails, countRunning: fails } })
    harness.reporter.running(runningJob())
    await posted(harness.slack, 1)
    harness.reporter.progress(runningJob(), progressAt(0.4))
    await edited(harness.slack, /^45 %/)
    await harness.reporter.over(completeJob())
    assert.equal(harness.slack.messages().length, 1)
    const codes = new Set(harness.logged.map((event) => 'code' in event && event.code))
    assert.deepEqual(codes, new Set(['reply-not-kept', 'running-jobs-unknown']))
  })

  it('a store without an answer delays a message no longer than a call may take', async () => {
    const silent = (): Promise<never> => new Promise(() => {})
    await using harness = await startSlackHarness({
      reporter: { onReply: silent, countRunning: silent, token: undefined },
      hasReplyUrl: true
    })
    harness.time.isImpatient = true
    await harness.reporter.over(harness.recorded(completeJob()))
    assert.ok(harness.time.nowMs() - nowMs <= 3_000)
  })

  it('a job document that can be no message causes no exception', async () => {
    await using harness = await startSlackHarness()
    const broken = { ...completeJob(), request: { ...sampleJob().request, from: 'never' } } as Job
    harness.reporter.running(broken)
    await harness.reporter.over({ ...broken, state: 'failed' })
    assert.ok(harness.logged.some((event) => 'code' in event && event.code === 'no-message'))
  })
})

describe('where there is no ingress', () => {
  const alone = { publicUrl: undefined, linkKey: undefined }

  it('without an ingress the link is presigned with its real expiry, and no button needs an ingress', async () => {
    const presign = async () => ({
      url: 'https://bucket.s3.amazonaws.com/a.zip?X-Amz-Signature=1',
      expiresMs: nowMs + 600_000
    })
    await using harness = await startSlackHarness({ reporter: { ...alone, presign } })
    harness.reporter.running(runningJob())
    await posted(harness.slack, 1)
    assert.doesNotMatch(said(harness.slack.messages()[0]), /Cancel/)
    await harness.reporter.over(completeJob())
    const text = said(harness.slack.messages()[0])
    assert.match(text, /\[Download \(18 kB\)\]\n/)
    assert.match(text, /Link until 2023-10-02 01:10 UTC; the zip is kept until 2023-10-03 01:01 UTC · Asked by/)
  })

  it('a message says when a link can not be made or is too long', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('no credentials')
    }
    await using harness = await startSlackHarness({ reporter: { ...alone, presign: fails } })
    await harness.reporter.over(completeJob())
    assert.match(said(harness.slack.messages()[0]), /could not create a link/)
    const long = async () => ({ url: `https://b.s3.amazonaws.com/${'a'.repeat(3_000)}`, expiresMs: nowMs + 600_000 })
    await using other = await startSlackHarness({ reporter: { ...alone, presign: long } })
    await other.reporter.over(completeJob())
    assert.match(said(other.slack.messages()[0]), /too long for Slack/)
  })

  it('a malformed public URL gives no link', async () => {
    await using harness = await startSlackHarness({ reporter: { publicUrl: 'x.example.com' } })
    await harness.reporter.over(completeJob())
    assert.match(said(harness.slack.messages()[0]), /could not create a link/)
  })
})

describe('the log', () => {
  it('the log holds no URL, token, channel or timestamp after any fault', async () => {
    await using harness = await startSlackHarness({ hasReplyUrl: true })
    const { slack, reporter } = harness
    reporter.running(harness.recorded(runningJob()))
    await posted(slack, 1)
    const { ts } = slack.messages()[0]!
    const errors = ['internal_error', `xoxb ${slack.token}`, 'invalid_blocks', 'message_not_found', 'not_in_channel']
    slack.faults.add({ times: 1, action: { kind: 'http', status: 500, body: `see ${slack.url}` } })
    errors.forEach((error, position) => {
      slack.faults.add({ times: 1, after: position + 1, action: { kind: 'error', error } })
    })
    await reporter.over(harness.recorded(completeJob()))
    const text = JSON.stringify(harness.logged)
    assert.ok(harness.logged.length >= 6, text)
    for (const secret of [slack.url, slack.token, ts, 'C0SUPPORT', 'U0MINA', 'THING00001', 'http:', '/commands/']) {
      assert.ok(!text.includes(secret), `${secret} in ${text}`)
    }
  })
})
