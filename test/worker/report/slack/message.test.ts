import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KnownBlock } from '@slack/types'
import fc from 'fast-check'
import { type Job, type JobState, jobStates } from '../../../../worker/contract/job.ts'
import type { LiveProgress } from '../../../../worker/report/job-reporter.ts'
import { percentAt, shownPercent } from '../../../../worker/report/progress.ts'
import type { Button, SlackBlock } from '../../../../worker/report/slack/blocks.ts'
import { actionIds } from '../../../../worker/report/slack/buttons.ts'
import { jobMessage } from '../../../../worker/report/slack/message.ts'
import type { MessageView } from '../../../../worker/report/slack/message-parts.ts'
import { maxBlocksText, problemsOfMessage, textLengthOf } from '../../../stand-ins/slack/blocks/blocks.ts'
import {
  attempt,
  completeJob,
  completeResult,
  emptyJob,
  failedJob,
  nowMs,
  partialJob,
  progressAt,
  runningJob,
  sampleJob
} from './jobs.ts'
import { readOnPhone } from './phone.ts'

const link = {
  downloadUrl: 'https://x.lambda-url.ap-northeast-1.on.aws/download/01j',
  linkExpiresMs: nowMs + 3_600_000
}

const everything = { hasHours: true, hasAll: false }

/** What a person reads; a plan, which may be folded, says no more. */
function read(job: Job, view: Partial<MessageView> = {}): string {
  const message = jobMessage(job, { nowMs, scope: everything, ...view })
  for (const blocks of [message.blocks, message.plainBlocks]) assert.deepEqual(problemsOfMessage(blocks), [])
  const plain = readOnPhone(message.plainBlocks)
  assert.equal(plain, readOnPhone(message.blocks.filter(({ type }) => type !== 'plan')))
  return plain
}

/** The cards of the plan: their titles and how they stand. */
function cardsOf(job: Job, view: Partial<MessageView> = {}): (readonly [string, string])[] {
  const { blocks } = jobMessage(job, { nowMs, ...view })
  return blocks.flatMap((block) =>
    block.type === 'plan' ? block.tasks.map(({ title, status }) => [title, status] as const) : []
  )
}

function buttonsOf(blocks: readonly SlackBlock[]): Button[] {
  return blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
}
const labelsOf = (job: Job, view: Partial<MessageView> = {}): string[] =>
  buttonsOf(jobMessage(job, { nowMs, ...view }).blocks).map((button) => button.text.text)

describe('the message of a job that is not over', () => {
  it('a waiting job says so, and can be cancelled', () => {
    const text = read(sampleJob())
    assert.match(text, /^⏳ Queued · THING00001\ntelemetry, command · 2023-10-01 \(UTC\) · dev\nWaiting for a machine/)
    assert.match(read(sampleJob({ attempts: [attempt] })), /Waiting for another machine/)
    assert.match(read(sampleJob(), { isInterrupted: true }), /Waiting for another machine/)
    assert.deepEqual(labelsOf(sampleJob()), ['Cancel'])
  })

  it('a running job starts at 10 %, before the listing', () => {
    assert.match(
      read(runningJob()),
      /^⏳ 10 % · THING00001\ntelemetry, command · 2023-10-01 \(UTC\) · dev\n▰▱{9}\nListing the logs …/
    )
  })

  it('a running job shows percent, objects, bytes, lines and the remaining time', () => {
    const text = read(runningJob(), { live: progressAt(0.5) })
    assert.match(text, /^⏳ 54 %/)
    assert.match(text, /^▰{5}▱{5}$/m)
    assert.match(text, /^120 of 240 objects · 1\.6 GB of 3\.1 GB$/m)
    assert.match(text, /^401 lines kept · about 20 s left$/m)
  })

  it('a running job shows the stored progress when there is no live one', () => {
    assert.match(read(runningJob({ progress: progressRecord(0.5) })), /^⏳ 54 %[\s\S]*401 lines kept$/m)
  })

  it('a running job has a card for each category once the category is known', () => {
    const job = runningJob({ request: { ...sampleJob().request, categories: ['telemetry', 'command', 'lifecycle'] } })
    const statuses = (live?: LiveProgress): string[] => cardsOf(job, { live }).map(([, status]) => status)
    assert.deepEqual(statuses(progressAt(0.4, { category: 1 })), ['complete', 'in_progress', 'pending'])
    assert.deepEqual(statuses(progressAt(1, { category: 1 })), ['complete', 'complete', 'complete'])
    assert.deepEqual(statuses(), [])
  })

  it('a running job says that the zip is being written after all is read', () => {
    assert.match(
      read(runningJob(), { live: progressAt(1) }),
      /^⏳ 99 %[^\n]*\n.*\n.*\nWriting the zip …\n801 lines kept$/m
    )
    assert.match(read(runningJob(), { live: progressAt(1, { lines: 0 }) }), /^Nearly done …\n0 lines kept$/m)
  })

  it('a job says that it restarted after an interruption, and that it will restart', () => {
    assert.match(
      read(runningJob({ attempts: [attempt, attempt] })),
      /^Restarted after an interruption \(attempt 2\)\.$/m
    )
    assert.doesNotMatch(read(runningJob()), /interruption/)
    assert.match(
      read(runningJob(), { isInterrupted: true }),
      /^⏸️ Interrupted[\s\S]*AWS took the machine back\. The export restarts/
    )
  })

  it('a running job has a Cancel button with a confirmation and the job’s id', () => {
    const [button] = buttonsOf(jobMessage(runningJob(), { nowMs }).blocks)
    assert.equal(button?.action_id, actionIds.cancel)
    assert.equal(button?.value, runningJob().id)
    assert.match(button?.confirm?.text.text ?? '', /^THING00001 · telemetry, command/)
  })

  it('a job has no Cancel button while it is being cancelled, or without an ingress', () => {
    assert.match(read(runningJob({ state: 'cancelling' })), /^🛑 Cancelling/)
    assert.deepEqual(labelsOf(runningJob({ state: 'cancelling' })), [])
    assert.deepEqual(labelsOf(runningJob(), { isInteractive: false }), [])
  })
})

describe('how far a job is', () => {
  it('percent goes from 10 to 99', () => {
    assert.equal(shownPercent(null), 10)
    assert.equal(shownPercent(progressAt(0.5)), 54)
    assert.deepEqual([0, 0.1, 0.5, 0.99, 1, 1.2].map(percentAt), [10, 18, 54, 98, 99, 99])
  })

  it('the remaining time is rounded as far as it is uncertain', () => {
    const leftAt = (secondsLeft: number): string | undefined =>
      /· (.*) left/.exec(read(runningJob(), { live: progressAt(0.5, { secondsLeft }) }))?.[1]
    assert.deepEqual([3, 42, 94, 130, 4_000].map(leftAt), [
      'a few seconds',
      'about 40 s',
      'about 1 min 30 s',
      'about 2 min',
      'about 1 h 7 min'
    ])
  })
})

describe('the message of a result', () => {
  it('a result says that Athena read it, and why', () => {
    const reason = '412 GB in 9,800 objects would take 61 min on 1 thread, over 20 min'
    const job = completeJob()
    assert.match(read({ ...job, result: { ...job.result!, engine: 'athena', reason } }), /^By Athena: 412 GB in 9,800/m)
    assert.doesNotMatch(read(job), /Athena/)
  })

  it('a result says first that it is complete, then what it has', () => {
    const text = read(completeJob(), link)
    assert.match(
      text,
      /^✅ Complete: 801 lines · THING00001\ntelemetry, command · 2023-10-01 \(UTC\) · dev\n▰{10} 100 %\n/
    )
    assert.match(
      text,
      /^• telemetry: 742 lines · 298 kB\n• command: 59 lines · 17 kB\n\[Download \(18 kB\)\] \[New link\]$/m
    )
    assert.match(text, /^20231001_THING00001\.zip · 18 kB\nAll 240 objects read: 3\.1 GB in 8 s\.$/m)
    assert.match(text, /@U0MINA$/)
  })

  it('a result shows the day as a row of bars, and an hour with any lines above an empty one', () => {
    const text = read(completeJob(), link)
    assert.match(text, /^▁▁▁▁▂[▂-█]{4}█[▂-█]{13}▁\nLines per hour, most at 09:00 UTC: 312$/m)
  })

  it('the bars of a week fit a phone', () => {
    const linesByHour = Array.from({ length: 168 }, (_, hour) => (hour === 100 ? 9 : 1))
    const request = { ...sampleJob().request, to: '2023-10-08T00:00:00Z' }
    const text = read(completeJob({ request, result: { ...completeResult, linesByHour } }), link)
    assert.match(text, /^[▁-█]{24}\nLines per 7 hours, most at 2023-10-05 04:00 UTC: 9$/m)
  })

  it('a result shows no bars when the hours are unknown', () => {
    const job = completeJob({ result: { ...completeResult, linesByHour: [] } })
    assert.doesNotMatch(read(job, link), /[▁-█]|Lines per/)
  })

  it('a result shows the expiry of the link in the reader’s time zone', () => {
    const { blocks } = jobMessage(completeJob(), { nowMs, ...link })
    const expected = '<!date^1696212000^{date_short_pretty} {time}|2023-10-02 02:00 UTC>'
    assert.ok(JSON.stringify(blocks).includes(`Link until ${expected}, then *New link*`))
  })

  it('a result has a download button and New link, which stays when the link has expired', () => {
    const [download, renew] = buttonsOf(jobMessage(completeJob(), { nowMs, ...link }).blocks)
    assert.deepEqual([download?.url, download?.action_id], [link.downloadUrl, actionIds.download])
    assert.deepEqual([renew?.value, renew?.action_id], [completeJob().id, actionIds.newLink])
    const late = { ...link, nowMs: link.linkExpiresMs }
    assert.deepEqual(labelsOf(completeJob(), late), ['New link'])
    assert.match(read(completeJob(), late), /The link expired 2023-10-02 02:00 UTC/)
  })

  it('a result has only working buttons when there is no ingress', () => {
    assert.deepEqual(labelsOf(completeJob(), { ...link, isInteractive: false }), ['Download (18 kB)'])
    const text = read(completeJob(), { isInteractive: false })
    assert.match(
      text,
      /could not create a link.*\nThe archive is slack\/iot-logs\/20231002010000\/20231001_THING00001\.zip/
    )
  })

  it('a result leaves out a link that is too long for a button', () => {
    const fits = `https://x/${'a'.repeat(2990)}`
    assert.deepEqual(labelsOf(completeJob(), { ...link, downloadUrl: fits }), ['Download (18 kB)', 'New link'])
    const tooLong = { ...link, downloadUrl: `${fits}a`, isInteractive: false }
    assert.deepEqual(labelsOf(completeJob(), tooLong), [])
    assert.match(read(completeJob(), tooLong), /too long for Slack[\s\S]*The archive is/)
  })

  it('a partial result says what is missing, how much and why, before what was found', () => {
    const text = read(partialJob(), link)
    assert.match(text, /^⚠️ Partial: 801 lines/)
    assert.match(
      text,
      /^3 of 240 objects were not read to the end:\n• 2 damaged: .*\n• 1 in cold storage: .*\nmanifest\.json/m
    )
    assert.ok(text.indexOf('not read to the end') < text.indexOf('telemetry: 742'))
    assert.doesNotMatch(text, /All 240/)
  })

  it('a partial result explains every reason in its own words', () => {
    const unreadable = { truncated: 2, 'bad-crc': 1, 'bad-data': 1, io: 3, replaced: 1, 'not-yet-known': 1 }
    const objects = { ...completeResult.objects, listed: 240, read: 230, unreadable: 9, vanished: 1 }
    const result = { ...completeResult, status: 'partial' as const, objects, unreadable }
    const lines = read(completeJob({ state: 'partial', result }), link).split('\n')
    const from = lines.indexOf('10 of 240 objects were not read to the end:') + 1
    assert.deepEqual(lines.slice(from, from + 5), [
      '• 2 cut short, 1 with a bad checksum, 1 damaged: lines before the damage are kept',
      '• 1 corrupt, or in an unsupported format (xz, bzip2, …)',
      '• 3 that S3 did not return: try again',
      '• 1 replaced during the export: try again',
      '• 1 deleted after the search started'
    ])
  })

  it('a partial result shows an error for each category with missing objects', () => {
    const entries = completeResult.entries.map((entry, position) => ({ ...entry, missing: position === 0 ? 3 : 0 }))
    const job = { ...partialJob(), result: { ...partialJob().result!, entries } }
    assert.match(
      read(job, link),
      /^• telemetry: 742 lines · 298 kB · 3 objects not read to the end\n• command: 59 lines · 17 kB$/m
    )
    assert.deepEqual(cardsOf(job, link), [
      ['telemetry: 3 objects not read to the end', 'error'],
      ['command', 'complete']
    ])
  })

  it('a result is partial even when nothing matched', () => {
    const result = { ...partialJob().result!, entries: [], linesByHour: [] }
    assert.match(
      read(completeJob({ state: 'partial', result }), link),
      /^⚠️ Partial: nothing found in what could be read · THING00001/
    )
  })

  it('a notification has its first words in full', () => {
    const textOf = (job: Job): string => jobMessage(job, { nowMs, ...link }).text
    const rest = ' · THING00001 · telemetry, command · 2023-10-01 (UTC) · dev'
    assert.equal(textOf(completeJob()), `Complete: 801 lines${rest}`)
    assert.equal(textOf(partialJob()), `Partial: 801 lines, 3 of 240 objects not read to the end${rest}`)
    assert.equal(textOf(failedJob()), `Failed: The logs of dev could not be read: access was denied.${rest}`)
    assert.equal(textOf(runningJob()), `10 %${rest}`)
  })

  it('a result has its link even without blocks', () => {
    const url = `${link.downloadUrl}?e=1&s=2`
    const { bareText, text } = jobMessage(completeJob(), { nowMs, ...link, downloadUrl: url })
    assert.equal(bareText, `${text}\n<${url.replace('&', '&amp;')}|Download (18 kB)>`)
    assert.equal(jobMessage(completeJob(), { nowMs }).bareText, text)
    const long = { ...link, downloadUrl: `https://x/${'a'.repeat(2_900)}` }
    assert.equal(jobMessage(completeJob(), { nowMs, ...long }).bareText, text)
  })

  it('a result says how long the zip is kept', () => {
    const archiveEndMs = nowMs + 24 * 3_600_000
    assert.match(
      read(completeJob(), { ...link, archiveEndMs }),
      /Link until 2023-10-02 02:00 UTC, then New link; the zip is kept until 2023-10-03 01:00 UTC · Asked by/
    )
    assert.match(
      read(completeJob(), { ...link, archiveEndMs: link.linkExpiresMs }),
      /Link until 2023-10-02 02:00 UTC, as long as the zip is kept · Asked by/
    )
  })

  it('a result lists skipped objects', () => {
    const objects = { ...completeResult.objects, listed: 243, skipped: 3 }
    const text = read(completeJob({ result: { ...completeResult, objects } }), link)
    assert.match(text, /All 240 objects read: 3\.1 GB in 8 s \(3 skipped by rule\)\./)
    const one = { ...completeResult.objects, listed: 1, read: 1, empty: 0 }
    assert.match(
      read(completeJob({ result: { ...completeResult, objects: one } })),
      /^The one object was read: 3\.1 GB/m
    )
  })
})

describe('the message of an empty result', () => {
  it('an empty result says how much was searched and what the reason may be', () => {
    const text = read(emptyJob(), { nowMs: nowMs + 86_400_000 })
    assert.match(text, /^🔍 Nothing found · THING00001\ntelemetry, command · 2023-10-01 \(UTC\) · dev\n/)
    assert.match(
      text,
      /No line contains THING00001\. Searched everything: 240 objects, 3\.1 GB \(16 GB of text\) in 8 s\./
    )
    assert.match(
      text,
      /Another day: 2023-10-01 is UTC. For you that day runs from 2023-10-01 00:00 UTC to 2023-10-02 00:00 UTC/
    )
    assert.match(text, /Another category: \/iot-log THING00001 all 2023-10-01 dev$/m)
    assert.match(text, /Spelling: upper and lower case must match, unless you add case=ignore/)
    assert.match(text, /the device was offline/)
    assert.doesNotMatch(text, /match=word|Not delivered/)
    assert.deepEqual(labelsOf(emptyJob()), [])
  })

  it('an empty result of minutes says that records are selected by their own time', () => {
    const minutes = { from: '2023-10-01T09:15:00Z', to: '2023-10-01T09:30:00Z', window: 'event' } as const
    const text = read({ ...emptyJob(), request: { ...sampleJob().request, ...minutes } })
    assert.match(text, /· 2023-10-01T09:15\.\.2023-10-01T09:30 \(UTC, by record time\) · dev · window=event\n/)
    assert.match(text, /Another time: 2023-10-01T09:15\.\.2023-10-01T09:30 is UTC\. For you that time runs from/)
    assert.match(text, /iot-log THING00001 all 2023-10-01T09:15\.\.2023-10-01T09:30 dev window=event$/m)
  })

  it('an empty result counts several identifiers, and names no category if there is only one', () => {
    const request = { ...sampleJob().request, identifiers: ['THING00001', 'THING00002', 'THING00003'] }
    const text = read({ ...emptyJob(), request }, { scope: { hasHours: true, hasAll: true } })
    assert.match(text, /No line contains any of the 3\. Searched/)
    assert.doesNotMatch(text, /Another category/)
  })

  it('an empty result names the options that were used', () => {
    const request = { ...sampleJob().request, match: 'word', case: 'ignore' } as const
    const text = read({ ...emptyJob(), request })
    assert.match(text, /match=word finds whole words only/)
    assert.match(text, /is it spelled like this in the logs/)
  })

  it('an empty result says first that logs of a recent day may still come', () => {
    assert.match(read(emptyJob()), /Possible reasons:\n• Not delivered yet: logs may come hours late/)
    const early = { nowMs: Date.UTC(2023, 9, 1, 12) }
    assert.match(read(emptyJob(), early), /Possible reasons:\n• Not delivered yet: this time is not over/)
  })

  it('an empty result says so when there was nothing to search', () => {
    for (const objects of [{}, { listed: 2, skipped: 2 }]) {
      const text = read(emptyJob({ objects }))
      assert.match(text, /^🔍 Nothing to read · THING00001\n/)
      assert.match(text, /There are no logs in dev for this time\.\nA missing day is not a silent device\./)
      assert.doesNotMatch(text, /Spelling/)
    }
  })
})

describe('warnings, and where an export looked', () => {
  const warned = (text: string): NonNullable<Job['result']>['warnings'] => [
    { code: 'format-mismatch', count: 20, keys: ['telemetry/a'], text }
  ]

  it('warnings stand in the message of each kind of result, without marks', () => {
    const warnings = warned('telemetry: 20 records do not fit `*lines*` <!channel>')
    for (const job of [completeJob({ result: { ...completeResult, warnings } }), emptyJob({ warnings })]) {
      assert.match(read(job), /^⚠️ telemetry: 20 records do not fit lines <!channel>$/m)
    }
    assert.match(read(emptyJob({ warnings })), /Searched: 240 objects/)
  })

  it('of many warnings the first are shown, each in a short line', () => {
    const many = Array.from({ length: 9 }, (_, at) => warned(`${at}${'x'.repeat(500)}`)![0]!)
    const text = read(emptyJob({ warnings: many }))
    assert.match(text, /^⚠️ 2x{198}…\nand 6 warnings more$/m)
  })

  it('an empty result says which prefixes lack objects, and the newest day', () => {
    const place = { prefixes: 24, existing: [], missing: ['telemetry/2023/10/01/00/'], newest: null, nearest: [] }
    const looked = [
      {
        ...place,
        category: 'telemetry',
        withObjects: 0,
        newest: { day: '2023-09-28', prefix: 'telemetry/2023/09/28/' }
      },
      { ...place, category: 'command', withObjects: 0, nearest: ['command/x`y'] },
      { ...place, category: 'lifecycle', withObjects: 24 },
      { ...place, category: 'audit', withObjects: 23 }
    ]
    const text = read(emptyJob({ objects: {}, looked }), { nowMs: nowMs + 86_400_000 })
    assert.match(text, /^• telemetry: no objects under 24 of 24 prefixes; newest day: 2023-09-28$/m)
    assert.match(text, /^• command: no objects under 24 of 24 prefixes; other keys exist: command\/xy$/m)
    assert.match(text, /^• audit: no objects under 1 of 24 prefixes$/m)
    assert.doesNotMatch(text, /lifecycle:/)
    assert.match(text, /the logs of all devices are missing/)
  })
})

describe('the message of a job without an answer', () => {
  it('a failed job says what happened, what to do, and who can help', () => {
    const text = read(failedJob())
    assert.match(text, /^❌ Failed · THING00001\n.*\nThe logs of dev could not be read: access was denied\.\n/)
    assert.doesNotMatch(text, /To try again|\/iot-log/)
    assert.match(text, /For operators: job 01jabcdefghjkmnpqrstvwxyz0, denied/)
    assert.doesNotMatch(text, /AccessDenied/)
    assert.match(read({ ...failedJob(), failure: null }), /An internal error occurred/)
  })

  it('a failed job offers a retry if that helps, and less if it was too much', () => {
    const failedBy = (code: string): string => {
      const job = failedJob()
      return read({ ...job, failure: { ...job.failure!, code } })
    }
    assert.match(failedBy('unavailable'), /To try again:\n\/iot-log THING00001 telemetry,command 2023-10-01 dev\n/)
    assert.match(failedBy('archive-too-large'), /For example:\n\/iot-log THING00001 telemetry,command 2023-10-01T00/)
    assert.doesNotMatch(failedBy('wrong-config'), /\/iot-log/)
  })

  it('a timed-out job offers a smaller request that is not rejected', () => {
    const days = { scope: { hasHours: false, hasAll: false } }
    const request = { ...sampleJob().request, to: '2023-10-03T00:00:00Z' }
    const lessOf = (changes: Partial<Job['request']>): string | undefined =>
      /^\/iot-log (.*)$/m.exec(read({ ...failedJob('timed-out'), request: { ...request, ...changes } }, days))?.[1]
    assert.equal(lessOf({}), 'THING00001 telemetry,command 2023-10-01 dev')
    const oneDay = { to: '2023-10-02T00:00:00Z' }
    assert.equal(lessOf(oneDay), 'THING00001 telemetry 2023-10-01 dev')
    assert.equal(lessOf({ ...oneDay, categories: ['telemetry'] }), undefined)
  })

  it('a timed-out job asks for less', () => {
    const text = read(failedJob('timed-out'))
    assert.equal(text.match(/Ask for/g)?.length, 1)
    assert.match(text, /^⌛ Took too long[\s\S]*limit of 120 min[\s\S]*2023-10-01T00\.\.2023-10-01T06 dev/)
    const week = { ...sampleJob().request, to: '2023-10-08T00:00:00Z' }
    assert.match(read({ ...failedJob('timed-out'), request: week }), /THING00001 telemetry,command 2023-10-01 dev/)
    const hour = { ...sampleJob().request, to: '2023-10-01T01:00:00Z' }
    assert.match(read({ ...failedJob('timed-out'), request: hour }), /THING00001 telemetry 2023-10-01T00\.\./)
  })

  it('a cancelled job says that nothing is kept', () => {
    assert.match(read(runningJob({ state: 'cancelled' })), /^🚫 Cancelled[\s\S]*Nothing is kept\.\nTo try again:/)
  })

  it('a message shows a command only whole and exact', () => {
    const identifiers = ['A'.repeat(256), 'B'.repeat(256)]
    const job = runningJob({ state: 'cancelled', request: { ...sampleJob().request, identifiers } })
    assert.match(read(job), /To try again, send the same request\./)
    const ticks = runningJob({ state: 'cancelled', request: { ...sampleJob().request, identifiers: ['a`b'] } })
    assert.match(read(ticks), /To try again, send the same request\./)
  })
})

describe('what people typed', () => {
  const shown = (identifier: string): string => {
    const job = completeJob({ request: { ...sampleJob().request, identifiers: [identifier] } })
    return JSON.stringify(jobMessage(job, { nowMs, ...link }))
  }

  it('typed text pings no person and opens no link', () => {
    const text = shown('<!channel> & <@U1> <https://evil.example|ok>')
    assert.ok(text.includes('&lt;!channel&gt; &amp; &lt;@U1&gt;'))
    assert.doesNotMatch(text, /<!(?!date)|<@(?!U0MINA>)|<https(?!:\/\/x\.lambda)/)
  })

  it('typed text does not leave its code block', () => {
    const head = JSON.parse(shown('a`*b* `<!here>')).blocks[0].text.text.split('\n')[0]
    assert.equal(head, '✅ *Complete: 801 lines* · `a*b* &lt;!here&gt;`')
  })

  it('typed text hides and reverses nothing', () => {
    assert.doesNotMatch(shown('a\u202Eb\u200Bc\u2028d\u0007e'), /\\u0007|[\u202E\u200B\u2028]/)
  })

  it('fifty identifiers are shown by the first three', () => {
    const identifiers = Array.from({ length: 50 }, (_, at) => `${'THING'.repeat(40)}${at}`)
    const text = read(completeJob({ request: { ...sampleJob().request, identifiers } }), link)
    assert.match(text.split('\n')[0]!, /^✅ Complete: 801 lines · [A-Z]+…, [A-Z]+…, [A-Z]+… and 47 more$/)
  })
})

describe('the limits of Slack', () => {
  it('the limits of Slack hold for many categories', () => {
    const categories = Array.from({ length: 120 }, (_, at) => `category-with-quite-a-long-name-${at}`)
    const entries = categories.map((name) => ({ name: `${name}_20231001.log`, lines: 1, bytes: 9, sha256: '0' }))
    const job = completeJob({ request: { ...sampleJob().request, categories }, result: { ...completeResult, entries } })
    const message = jobMessage(job, { nowMs, ...link })
    for (const blocks of [message.blocks, message.plainBlocks]) assert.deepEqual(problemsOfMessage(blocks), [])
    const [plan] = message.blocks.filter((block) => block.type === 'plan')
    assert.equal(plan?.tasks.length, 20)
    assert.equal(plan?.tasks.at(-1)?.title, 'and 101 more')
    assert.match(readOnPhone(message.plainBlocks), /long-name-9: 1 line · 9 bytes\nand 110 more with 110 lines$/m)
    const few = entries.map((entry, position) => ({ ...entry, lines: position < 117 ? 0 : 1 }))
    const text = readOnPhone(jobMessage({ ...job, result: { ...completeResult, entries: few } }, { nowMs }).plainBlocks)
    assert.match(
      text,
      /100 %\n• category[^\n]*-117: 1 line[^\n]*\n.*-118: .*\n.*-119: .*\nand 117 more without lines$/m
    )
    for (const state of jobStates)
      assert.deepEqual(problemsOfMessage(jobMessage({ ...job, state }, { nowMs }).blocks), [])
  })

  it('the limits of Slack and safe text hold for any text in any state', () => {
    const nasty = fc.string({ unit: 'binary', minLength: 1, maxLength: 256 })
    const pieces = fc.array(fc.constantFrom('&', '<', '>', '`', '<!channel>', '<@U1>', '\n', 'A', ':x:', '𝄞'), {
      maxLength: 256
    })
    const identifier = fc.oneof(
      nasty,
      pieces.map((all) => all.join('') || 'a')
    )
    const state = fc.constantFrom<JobState>(...jobStates)
    fc.assert(
      fc.property(
        fc.array(identifier, { minLength: 1, maxLength: 50 }),
        state,
        identifier,
        (identifiers, state, userText) => {
          const request = { ...sampleJob().request, identifiers }
          const failure = { code: userText, userText: userText.repeat(30), operatorText: userText }
          const message = jobMessage(
            { ...partialJob(), state, request, failure },
            { nowMs, ...link, live: progressAt(0.3) }
          )
          const known: KnownBlock[] = message.blocks
          for (const blocks of [known, message.plainBlocks]) {
            assert.deepEqual(problemsOfMessage(blocks), [])
            assert.ok(textLengthOf(blocks) <= maxBlocksText)
            assert.doesNotMatch(mrkdwnOf(blocks), /<(?!!date\^\d+\^|@U0MINA>)/)
          }
          assert.ok(message.text.length <= 3_000 && !/[<>]/.test(message.text))
        }
      ),
      { numRuns: 300 }
    )
  })
})

function mrkdwnOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(mrkdwnOf).join('\n')
  if (typeof value !== 'object' || value === null) return ''
  const { type, text } = value as { type?: unknown; text?: unknown }
  return type === 'mrkdwn' ? String(text) : Object.values(value).map(mrkdwnOf).join('\n')
}

function progressRecord(fraction: number): Job['progress'] {
  const { category: _, secondsLeft: __, ...record } = progressAt(fraction)
  return record
}
