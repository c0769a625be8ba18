import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KnownBlock } from '@slack/types'
import { problemsOfMessage, problemsOfView } from './blocks/blocks.ts'
import { clientOf, failureOf } from './clients.ts'
import { startSlackServer } from './server.ts'

const plain = (text: string) => ({ type: 'plain_text', text }) as const
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text }) as const
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) })
const button = (more: object) => ({ type: 'button', action_id: 'a', text: plain('Press'), ...more })
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const card = (more: object) => ({ type: 'task_card', task_id: '1', title: 'telemetry', status: 'pending', ...more })
const rich = { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }] }

/** As @slack/types has it: what compiles there must pass here. */
const finalMessage: KnownBlock[] = [
  { type: 'header', text: plain('Export THING00001') },
  {
    type: 'plan',
    title: 'Export THING00001, 2023-10-01 UTC (dev)',
    tasks: [
      {
        type: 'task_card',
        task_id: 'telemetry',
        title: 'telemetry',
        status: 'complete',
        details: rich as never,
        output: rich as never
      },
      { type: 'task_card', task_id: 'command', title: 'command', status: 'in_progress' }
    ]
  },
  { type: 'section', text: mrkdwn('*801* lines'), fields: [mrkdwn('a'), plain('b')] },
  { type: 'context', elements: [mrkdwn('until <!date^1700000000^{time}|22:13 UTC>')] },
  { type: 'alert', text: plain('partial'), level: 'warning' },
  { type: 'divider' },
  {
    type: 'actions',
    block_id: 'job',
    elements: [
      {
        type: 'button',
        action_id: 'download',
        text: plain('Download'),
        url: 'https://example.com/d',
        style: 'primary'
      },
      {
        type: 'button',
        action_id: 'cancel',
        text: plain('Cancel'),
        value: 'id',
        confirm: { title: plain('Cancel?'), text: mrkdwn('It stops.'), confirm: plain('Cancel it'), deny: plain('No') }
      }
    ]
  }
]

test('a message as it should be is taken, by validator and server', async () => {
  assert.deepEqual(problemsOfMessage(finalMessage), [])
  await using slack = await startSlackServer()
  const { message } = await clientOf(slack).chat.postMessage({ channel: 'C0SUPPORT', text: 'x', blocks: finalMessage })
  assert.equal(message!.blocks!.length, finalMessage.length)
})

const wrongMessages: readonly (readonly [string, unknown, string])[] = [
  ['51 blocks', Array(51).fill({ type: 'divider' }), 'no more than 50 items allowed [json-pointer:/blocks]'],
  ['an unknown block', [{ type: 'banner' }], 'unsupported type: banner [json-pointer:/blocks/0/type]'],
  ['a block without type', [{}], 'missing required field: type [json-pointer:/blocks/0]'],
  [
    'a section of 3001',
    [section('x'.repeat(3001))],
    'must be less than 3001 characters [json-pointer:/blocks/0/text/text]'
  ],
  ['an empty section', [section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
  ['a section of nothing', [{ type: 'section' }], 'missing required field: text [json-pointer:/blocks/0]'],
  [
    '11 fields',
    [{ type: 'section', fields: Array(11).fill(mrkdwn('x')) }],
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]'
  ],
  [
    'a header in mrkdwn',
    [{ type: 'header', text: mrkdwn('x') }],
    'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]'
  ],
  [
    '26 actions',
    [actions(...Array.from({ length: 26 }, (_, n) => button({ action_id: `${n}` })))],
    'no more than 25 items allowed [json-pointer:/blocks/0/elements]'
  ],
  ['no actions', [actions()], 'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]'],
  [
    'two actions of one id',
    [actions(button({}), button({}))],
    '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]'
  ],
  [
    'a button of 76',
    [actions(button({ text: plain('x'.repeat(76)) }))],
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]'
  ],
  [
    'a value of 2001',
    [actions(button({ value: 'x'.repeat(2001) }))],
    'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]'
  ],
  [
    'an address of 3001',
    [actions(button({ url: `https://${'x'.repeat(2993)}` }))],
    'must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]'
  ],
  [
    'an address that is none',
    [actions(button({ url: '/download/1' }))],
    'must be a valid URL [json-pointer:/blocks/0/elements/0/url]'
  ],
  [
    'a style that is none',
    [actions(button({ style: 'default' }))],
    'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]'
  ],
  [
    'half a confirmation',
    [actions(button({ confirm: { title: plain('x'), text: mrkdwn('y'), confirm: plain('z') } }))],
    'missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]'
  ],
  [
    'a key that is none',
    [{ ...section('x'), colour: 'red' }],
    'invalid additional property: colour [json-pointer:/blocks/0]'
  ],
  [
    'a task that is completed',
    [{ type: 'plan', title: 'x', tasks: [card({ status: 'completed' })] }],
    'must be one of: pending, in_progress, complete, error [json-pointer:/blocks/0/tasks/0/status]'
  ],
  [
    'a task without id',
    [{ type: 'plan', title: 'x', tasks: [card({ task_id: undefined })] }],
    'missing required field: task_id [json-pointer:/blocks/0/tasks/0]'
  ],
  [
    'details that are text',
    [{ type: 'plan', title: 'x', tasks: [card({ details: 'x' })] }],
    'must be an object [json-pointer:/blocks/0/tasks/0/details]'
  ],
  [
    'a plan with a text object for its title',
    [{ type: 'plan', title: plain('x') }],
    'must provide a string [json-pointer:/blocks/0/title]'
  ],
  [
    'a plan beside a card',
    [{ type: 'plan', title: 'x' }, card({})],
    'plan and task_card cannot be combined [json-pointer:/blocks]'
  ],
  [
    'two blocks of one id',
    [
      { ...section('x'), block_id: 'b' },
      { ...section('x'), block_id: 'b' }
    ],
    '`block_id` "b" already exists [json-pointer:/blocks/1/block_id]'
  ]
]

for (const [name, blocks, problem] of wrongMessages) {
  test(`${name}: the problem is reported with its place`, () => {
    assert.deepEqual(problemsOfMessage(blocks), [problem])
  })
}

test('wrong blocks are refused with all their problems', async () => {
  await using slack = await startSlackServer()
  const client = clientOf(slack)
  const post = (blocks: unknown) => client.apiCall('chat.postMessage', { channel: 'C0SUPPORT', text: 'x', blocks })
  assert.equal(
    await failureOf(post([section('')])),
    'invalid_blocks [ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]'
  )
  assert.equal(await failureOf(post('[{')), 'invalid_blocks_format')
  assert.equal(await failureOf(post(Array(5).fill(section('x'.repeat(2_900))))), 'msg_blocks_too_long')
  await using old = await startSlackServer({ unsupportedBlocks: ['plan'] })
  const plan = { channel: 'C0SUPPORT', text: 'x', blocks: [{ type: 'plan', title: 'x' }] as KnownBlock[] }
  assert.match(await failureOf(clientOf(old).chat.postMessage(plan)), /^invalid_blocks .*unsupported type: plan/)
})

const input = (element: object) => ({ type: 'input', block_id: 'id', label: plain('Identifier'), element })
const modal = (more: object) => ({
  type: 'modal',
  title: plain('Export'),
  submit: plain('Start'),
  blocks: [input({ type: 'plain_text_input', action_id: 'identifier' })],
  ...more
})
const options = [{ text: plain('dev'), value: 'dev' }]

const wrongViews: readonly (readonly [string, object, string])[] = [
  [
    'a title of 25',
    { title: plain('x'.repeat(25)) },
    'must be less than 25 characters [json-pointer:/view/title/text]'
  ],
  ['inputs and no submit', { submit: undefined }, 'missing required field: submit [json-pointer:/view]'],
  [
    '101 blocks',
    { blocks: Array(101).fill({ type: 'divider' }) },
    'no more than 100 items allowed [json-pointer:/view/blocks]'
  ],
  [
    'metadata of 3001',
    { private_metadata: 'x'.repeat(3001) },
    'must be less than 3001 characters [json-pointer:/view/private_metadata]'
  ],
  ['a plan', { blocks: [{ type: 'plan', title: 'x' }] }, 'unsupported type: plan [json-pointer:/view/blocks/0/type]'],
  [
    'a date with slashes',
    { blocks: [input({ type: 'datepicker', initial_date: '2023/10/01' })] },
    'must be a date in the format YYYY-MM-DD [json-pointer:/view/blocks/0/element/initial_date]'
  ],
  [
    'a choice that is not offered',
    { blocks: [input({ type: 'static_select', options, initial_option: { text: plain('prod'), value: 'prod' } })] },
    'must match one of the options [json-pointer:/view/blocks/0/element/initial_option]'
  ],
  [
    'a select of nothing',
    { blocks: [input({ type: 'multi_static_select' })] },
    'must provide either options or option_groups [json-pointer:/view/blocks/0/element]'
  ],
  [
    'a button as input',
    { blocks: [input(button({}))] },
    'unsupported type: button [json-pointer:/view/blocks/0/element/type]'
  ]
]

test('a modal as it should be is taken', () => {
  assert.deepEqual(problemsOfView(modal({})), [])
})

for (const [name, change, problem] of wrongViews) {
  test(`a modal with ${name} is refused`, () => {
    const view = Object.fromEntries(Object.entries(modal(change)).filter(([, value]) => value !== undefined))
    assert.deepEqual(problemsOfView(view), [problem])
  })
}
