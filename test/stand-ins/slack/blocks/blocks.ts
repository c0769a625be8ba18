import { all, byType, type Check, flag, isRecord, list, oneOf, optional, required, shape, text } from './checks.ts'
import { anyText, plainText, webUrl } from './composition.ts'
import { accessories, actionElements, contextElements, inputElements } from './elements.ts'
import { richText, richTextObject } from './rich-text.ts'

/*
 * The blocks and their limits: https://docs.slack.dev/reference/block-kit/blocks and the types of @slack/types 3.2.0.
 * `card`, `carousel`, `container`, `context_actions`, `data_table`, `file`, `table` and `video` are refused here.
 */

const blockId = { block_id: optional(text(255)) }

const section: Check = all(
  shape({
    ...blockId,
    text: optional(anyText(3000)),
    fields: optional(list(anyText(2000), 10)),
    accessory: optional(byType(accessories)),
    expand: optional(flag)
  }),
  (value, at, report) => {
    if (isRecord(value) && value.text === undefined && value.fields === undefined) {
      report('missing required field: text', at)
    }
  }
)

const actions: Check = all(
  shape({ ...blockId, elements: required(list(byType(actionElements), 25)) }),
  (value, at, report) => {
    if (!isRecord(value) || !Array.isArray(value.elements)) return
    const ids = value.elements.map((element) => (isRecord(element) ? element.action_id : undefined))
    ids.forEach((id, position) => {
      if (id === undefined || ids.indexOf(id) === position) return
      report(`\`action_id\` "${id}" already exists`, `${at}/elements/${position}/action_id`)
    })
  }
)

const taskCard: Check = shape({
  ...blockId,
  task_id: required(text(255)),
  title: required(text(256)),
  status: required(oneOf('pending', 'in_progress', 'complete', 'error')),
  details: optional(richTextObject),
  output: optional(richTextObject),
  sources: optional(list(byType({ url: shape({ url: required(webUrl), text: required(text(256)) }) }), 50))
})

const everywhere: Readonly<Record<string, Check>> = {
  section,
  actions,
  divider: shape(blockId),
  header: shape({ ...blockId, text: required(plainText(150)) }),
  context: shape({ ...blockId, elements: required(list(byType(contextElements), 10)) }),
  image: shape({
    ...blockId,
    image_url: required(webUrl),
    alt_text: required(text(2000)),
    title: optional(plainText(2000))
  }),
  input: shape({
    ...blockId,
    label: required(plainText(2000)),
    hint: optional(plainText(2000)),
    optional: optional(flag),
    dispatch_action: optional(flag),
    element: required(byType(inputElements))
  }),
  rich_text: richText,
  alert: shape({
    ...blockId,
    text: required(anyText(3000)),
    level: optional(oneOf('default', 'info', 'warning', 'error', 'success'))
  })
}

const messageBlocks: Readonly<Record<string, Check>> = {
  ...everywhere,
  markdown: shape({ ...blockId, text: required(text(12_000)) }),
  task_card: taskCard,
  plan: shape({
    ...blockId,
    title: required(text(256)),
    tasks: optional(list(byType({ task_card: taskCard }), 50, 0))
  })
}

/** `plan` shows cards of its own, and does not stand beside cards that are not in it. */
const plansApart: Check = (value, at, report) => {
  if (!Array.isArray(value)) return
  const types = value.map((block) => (isRecord(block) ? block.type : undefined))
  if (types.includes('plan') && types.includes('task_card')) report('plan and task_card cannot be combined', at)
}

const distinctIds: Check = (value, at, report) => {
  if (!Array.isArray(value)) return
  const ids = value.map((block) => (isRecord(block) ? block.block_id : undefined))
  ids.forEach((id, position) => {
    if (id === undefined || ids.indexOf(id) === position) return
    report(`\`block_id\` "${id}" already exists`, `${at}/${position}/block_id`)
  })
}

/** What is wrong with the blocks of a message. `unsupported` are types that this workspace does not know (yet). */
export function problemsOfMessage(blocks: unknown, unsupported: readonly string[] = []): string[] {
  const known = Object.fromEntries(Object.entries(messageBlocks).filter(([type]) => !unsupported.includes(type)))
  return problemsOf(all(list(byType(known), 50, 0), plansApart, distinctIds), blocks, '/blocks')
}

const needsSubmit: Check = (value, at, report) => {
  if (!isRecord(value) || !Array.isArray(value.blocks) || value.submit !== undefined) return
  if (value.blocks.some((block) => isRecord(block) && block.type === 'input')) {
    report('missing required field: submit', at)
  }
}

const modal: Check = all(
  shape({
    title: required(plainText(24)),
    submit: optional(plainText(24)),
    close: optional(plainText(24)),
    blocks: required(all(list(byType(everywhere), 100), distinctIds)),
    private_metadata: optional(text(3000, 0)),
    callback_id: optional(text(255, 0)),
    external_id: optional(text(255, 0)),
    clear_on_close: optional(flag),
    notify_on_close: optional(flag),
    submit_disabled: optional(flag)
  }),
  needsSubmit
)

/** What is wrong with a view that is to be opened. */
export function problemsOfView(view: unknown): string[] {
  return problemsOf(byType({ modal }), view, '/view')
}

function problemsOf(check: Check, value: unknown, at: string): string[] {
  const problems: string[] = []
  check(value, at, (problem, place) => {
    problems.push(`${problem} [json-pointer:${place}]`)
  })
  return problems
}

/** How many characters of text blocks hold together: more than about 13,200 are `msg_blocks_too_long`. */
export function textLengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + textLengthOf(one), 0)
  if (!isRecord(value)) return 0
  return Object.entries(value).reduce(
    (sum, [name, one]) =>
      sum + (typeof one === 'string' ? (name === 'text' || name === 'title' ? one.length : 0) : textLengthOf(one)),
    0
  )
}

/** https://github.com/slackapi/bolt-js/issues/2509 found 13,297; Slack gives no number. */
export const maxBlocksText = 13_200
