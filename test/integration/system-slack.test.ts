import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { SlackFault, SlackFaultAction } from '../stand-ins/slack/faults.ts'
import type { ChannelUser } from './channel-user.ts'
import { startWholeSystem, type WholeSystem } from './whole-system.ts'

/*
 * Slack with faults or without answers: the export succeeds all the same, and the first open way reports its end.
 */

let system: WholeSystem
before(async () => {
  system = await startWholeSystem()
})
after(async () => {
  // Its processes end though this fails: they would hold up the whole run.
  await using _ = system
  // Who can't be reached at all is tried again: Lambda repeats an event whose handler fails.
  assert.equal(system.batch.eventFailures.length, cases.filter(({ reportedBy }) => reportedBy === undefined).length)
})

/** Where a message may go, as the person sees it. */
type Way = 'channel' | 'response URL' | 'direct message'
interface Trouble {
  readonly way: Way
  /** Of the channel: what is posted there, or changed. Default: both. */
  readonly method?: 'chat.postMessage' | 'chat.update'
  readonly times?: number
  readonly action: SlackFaultAction
}

const error = (word: string): SlackFaultAction => ({ kind: 'error', error: word })
const hang = { kind: 'hang' } as const
const serverError = { kind: 'http', status: 500 } as const
const endless = { kind: 'rate-limit', retryAfterSeconds: 60 } as const

const cases: readonly {
  readonly name: string
  readonly troubles: readonly Trouble[]
  /** Which way reports the end; undefined if no way is open. */
  readonly reportedBy: Way | undefined
  /** Messages that the channel shows in the end. */
  readonly shown: number
}[] = [
  {
    name: 'nothing at all, by no way',
    troubles: (['channel', 'response URL', 'direct message'] as const).map((way) => ({ way, action: hang })),
    reportedBy: undefined,
    shown: 0
  },
  {
    name: '429, for a second',
    troubles: [{ way: 'channel', action: { kind: 'rate-limit' }, times: 1 }],
    reportedBy: 'channel',
    shown: 1
  },
  {
    name: '500, once',
    troubles: [{ way: 'channel', action: serverError, times: 1 }],
    reportedBy: 'channel',
    shown: 1
  },
  {
    name: 'nothing, once',
    troubles: [{ way: 'channel', action: hang, times: 1 }],
    reportedBy: 'channel',
    shown: 1
  },
  {
    name: 'message_not_found to every change: the message was deleted',
    troubles: [{ way: 'channel', method: 'chat.update', action: error('message_not_found') }],
    reportedBy: 'channel',
    shown: 2
  },
  { name: '429 without end', troubles: [{ way: 'channel', action: endless }], reportedBy: 'response URL', shown: 1 },
  {
    name: '500 without end',
    troubles: [{ way: 'channel', action: serverError }],
    reportedBy: 'response URL',
    shown: 1
  },
  { name: 'nothing at all', troubles: [{ way: 'channel', action: hang }], reportedBy: 'response URL', shown: 1 },
  {
    name: 'not_in_channel',
    troubles: [{ way: 'channel', action: error('not_in_channel') }],
    reportedBy: 'response URL',
    shown: 2
  },
  {
    name: 'not_in_channel, and expired_url to the response URL',
    troubles: [
      { way: 'channel', action: error('not_in_channel') },
      { way: 'response URL', action: error('expired_url') }
    ],
    reportedBy: 'direct message',
    shown: 0
  },
  {
    name: 'not_in_channel, and 500 to the response URL',
    troubles: [
      { way: 'channel', action: error('not_in_channel') },
      { way: 'response URL', action: serverError }
    ],
    reportedBy: 'direct message',
    shown: 0
  },
  {
    name: 'invalid_auth, and used_url to the response URL',
    troubles: [
      { way: 'channel', action: error('invalid_auth') },
      { way: 'response URL', action: error('used_url') }
    ],
    reportedBy: undefined,
    shown: 0
  }
]

describe('an export succeeds, and its end is reported, while Slack answers', { concurrency: 6 }, () => {
  for (const { name, troubles, reportedBy, shown } of cases) {
    it(`an export succeeds while Slack answers ${name}; its end is in: ${reportedBy ?? 'the command status'}`, async () => {
      const person = system.createChannelUser()
      system.slack.faults.add(...troubles.map((trouble) => faultOf(person, trouble)))
      await person.start()
      const job = await person.over()
      assert.deepEqual([job.state, person.batchJobs()[0]!.attempts[0]!.exitCode], ['complete', 0])
      assert.deepEqual(person.left(), [job.result!.archive!.key])
      assert.equal(person.messages().length, shown)
      assert.equal(lastWay(person), reportedBy)
      const status = await person.type('status')
      assert.match(
        status,
        /You have no running exports.*\n\*Last results\*\n• `THING00099`.*complete: 1 line.*\|Download>/
      )
      assert.match(await person.type(), /Done (?:just now|1 min ago)/)
    })
  }
})

function faultOf(person: ChannelUser, { way, method, times, action }: Trouble): SlackFault {
  const bound = times === undefined ? {} : { times }
  if (way === 'response URL') return { method: 'response_url', when: (args) => isTo(person, args), action, ...bound }
  const place = way === 'channel' ? person.channel : person.user
  const methods = method ?? ['chat.postMessage', 'chat.update']
  return { method: methods, when: ({ channel }) => channel === place, action, ...bound }
}

/** The content sent to a response URL names the person. */
const isTo = ({ user }: ChannelUser, args: Readonly<Record<string, unknown>>): boolean =>
  JSON.stringify(args).includes(user)

/** The way of the newest message that says it is complete and has the link. */
function lastWay(person: ChannelUser): Way | undefined {
  const newest = system.slack.requests.findLast(
    ({ method, args, status, error: refusal }) =>
      status === 200 && refusal === undefined && method !== 'users.info' && isTo(person, args) && isEnd(args)
  )
  if (newest?.method !== 'response_url')
    return newest && (newest.args.channel === person.channel ? 'channel' : 'direct message')
  return 'response URL'
}

function isEnd(args: Readonly<Record<string, unknown>>): boolean {
  const text = JSON.stringify(args)
  return text.includes('Complete') && text.includes('/download/')
}
