import { clip } from './text.ts'

/*
 * The blocks that messages are made of, within Slack's limits (https://docs.slack.dev/reference/block-kit).
 */

/** Characters, unless said otherwise. */
export const slackLimits = {
  blocks: 50,
  section: 3_000,
  context: 2_000,
  buttonText: 75,
  buttonValue: 2_000,
  buttonUrl: 3_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  /** Slack documents no limit for standalone plans; streamed ones had 256. */
  planTitle: 256,
  taskTitle: 256,
  /** Tasks of one plan; as many as a message has blocks is what others keep below. */
  tasks: 20,
  /** `chat.update` takes 4,000. */
  text: 3_000
} as const

export interface PlainText {
  readonly type: 'plain_text'
  readonly text: string
  /** Never: `:thing:` in a device's name is no picture. */
  readonly emoji: false
}

export interface MarkedText {
  readonly type: 'mrkdwn'
  readonly text: string
  /** Always: otherwise Slack looks for URLs, channels and people in it. */
  readonly verbatim: true
}

export interface SectionBlock {
  readonly type: 'section'
  readonly text: PlainText | MarkedText
}

export interface ContextBlock {
  readonly type: 'context'
  readonly elements: MarkedText[]
}

export interface Button {
  readonly type: 'button'
  readonly action_id: string
  readonly text: PlainText
  readonly style?: 'primary' | 'danger'
  readonly value?: string
  readonly url?: string
  readonly confirm?: {
    readonly title: PlainText
    readonly text: PlainText
    readonly confirm: PlainText
    readonly deny: PlainText
    readonly style: 'danger'
  }
}

export interface ActionsBlock {
  readonly type: 'actions'
  readonly elements: Button[]
}

export type TaskStatus = 'pending' | 'in_progress' | 'complete' | 'error'

export interface TaskCard {
  readonly type: 'task_card'
  readonly task_id: string
  readonly title: string
  readonly status: TaskStatus
}

export interface PlanBlock {
  readonly type: 'plan'
  readonly title: string
  readonly tasks: TaskCard[]
}

export type SlackBlock = SectionBlock | ContextBlock | ActionsBlock | PlanBlock

/** Lines of mrkdwn; what is too long loses its last lines, never half a line, which could be half an escape. */
export function section(lines: readonly string[]): SectionBlock {
  return { type: 'section', text: markedText(fittingLines(lines, slackLimits.section)) }
}

/** Text that is shown as it is. */
export function plainSection(text: string): SectionBlock {
  return { type: 'section', text: plainText(text, slackLimits.section) }
}

/** Small print. */
export function context(lines: readonly string[]): ContextBlock {
  return { type: 'context', elements: [markedText(fittingLines(lines, slackLimits.context))] }
}

export function actions(buttons: readonly Button[]): ActionsBlock {
  return { type: 'actions', elements: [...buttons] }
}

export function plan(
  title: string,
  tasks: readonly { readonly title: string; readonly status: TaskStatus }[]
): PlanBlock {
  const shown = tasks.length > slackLimits.tasks ? tasks.slice(0, slackLimits.tasks - 1) : tasks
  const more = tasks.length - shown.length
  const cards = more > 0 ? [...shown, { title: `and ${more} more`, status: tasks.at(-1)!.status }] : shown
  return {
    type: 'plan',
    title: clip(title, slackLimits.planTitle),
    tasks: cards.map((task, position) => ({
      type: 'task_card',
      task_id: `task-${position + 1}`,
      title: clip(task.title, slackLimits.taskTitle),
      status: task.status
    }))
  }
}

export function plainText(text: string, most: number): PlainText {
  return { type: 'plain_text', text: clip(text, most), emoji: false }
}

function markedText(text: string): MarkedText {
  return { type: 'mrkdwn', text, verbatim: true }
}

function fittingLines(lines: readonly string[], most: number): string {
  const kept: string[] = []
  let length = 0
  for (const line of lines) {
    if (length + line.length + 3 > most) return [...kept, '…'].join('\n')
    kept.push(line)
    length += line.length + 1
  }
  return kept.join('\n')
}
