import type { Job } from '../../contract/job.ts'
import { actions, context, plan, type SlackBlock, section, slackLimits } from './blocks.ts'
import type { Draft, MessageView } from './draft.ts'
import { emptyDraft } from './empty.ts'
import { categoriesText, namedIdentifiers, namedPlainly, whereText } from './request-text.ts'
import { resultDraft } from './result.ts'
import { cancellingDraft, interruptedDraft, runningDraft, submittedDraft } from './running.ts'
import { cancelledDraft, failedDraft, timedOutDraft } from './stopped.ts'
import { clip, escapeText, mention } from './text.ts'

/** One message, as `chat.postMessage`, `chat.update` and response URLs take it. */
export interface SlackMessage {
  /** What a notification shows, and whatever can't show blocks. */
  readonly text: string
  readonly blocks: SlackBlock[]
  /** The same in blocks that every client knows. */
  readonly plainBlocks: SlackBlock[]
}

/**
 * A job as one Slack message: pure, for every state. It is read on a phone, so lines are short and the first says the
 * most.
 */
export function jobMessage(job: Job, view: MessageView): SlackMessage {
  const draft = draftOf(job, view)
  const { tasks } = draft
  return {
    // An escape is at most five characters for one.
    text: escapeText(clip(`${draft.title}: ${namedPlainly(job.request)}`, slackLimits.text / 5)),
    blocks: blocksOf(job, draft, tasks ? [plan(tasks.title, tasks.list)] : []),
    plainBlocks: blocksOf(job, draft, tasks ? [section(taskLines(tasks))] : [])
  }
}

function draftOf(job: Job, view: MessageView): Draft {
  switch (job.state) {
    case 'submitted':
      return submittedDraft(job, view)
    case 'running':
      return view.isInterrupted ? interruptedDraft(job, view) : runningDraft(job, view)
    case 'cancelling':
      return cancellingDraft()
    case 'complete':
    case 'partial':
      return resultDraft(job, view)
    case 'empty':
      return emptyDraft(job, view)
    case 'failed':
      return failedDraft(job)
    case 'cancelled':
      return cancelledDraft(job)
    case 'timed-out':
      return timedOutDraft(job)
  }
}

function taskLines({ title, list }: NonNullable<Draft['tasks']>): string[] {
  return [escapeText(title), ...list.map((task) => `• ${escapeText(task.title)}`)]
}

function blocksOf({ request, asker }: Job, draft: Draft, tasks: readonly SlackBlock[]): SlackBlock[] {
  const { icon, title, lines, more = [], buttons = [], small = [] } = draft
  const asked = mention(asker.user)
  const print = [...small, ...(asked === '' ? [] : [`Asked by ${asked}`])]
  const where = tasks.length > 0 ? whereText(request) : `${categoriesText(request)} · ${whereText(request)}`
  return [
    section([`${icon} *${escapeText(title)}* · ${namedIdentifiers(request)}`, where, ...lines]),
    ...tasks,
    ...(buttons.length > 0 ? [actions(buttons)] : []),
    ...more,
    ...(print.length > 0 ? [context([print.join(' · ')])] : [])
  ]
}
