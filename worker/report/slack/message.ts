import type { Job } from '../../contract/job.ts'
import { actions, context, plan, type SlackBlock, section, slackLimits } from './blocks.ts'
import { emptyDraft } from './empty-message.ts'
import type { Draft, MessageView } from './message-parts.ts'
import { categoriesText, namedIdentifiers, namedPlainly, whereText } from './request-text.ts'
import { resultDraft } from './result-message.ts'
import { interruptedDraft, runningDraft, submittedDraft } from './running-message.ts'
import { cancelledDraft, failedDraft, timedOutDraft } from './stopped-message.ts'
import { clip, escapeText, mention, visibleText } from './text.ts'

/** One message, as `chat.postMessage`, `chat.update` and response URLs take it. */
export interface SlackMessage {
  /** What a notification shows, and whatever can't show blocks. */
  readonly text: string
  readonly blocks: SlackBlock[]
  /** The same in blocks that every client knows. */
  readonly plainBlocks: SlackBlock[]
  /** The same without any blocks: with the link, which is a button otherwise. */
  readonly bareText: string
}

/**
 * A job as one Slack message: pure, for every state. It is read on a phone, so lines are short and the first says the
 * most.
 */
export function jobMessage(job: Job, view: MessageView): SlackMessage {
  const draft = draftOf(job, view)
  const { tasks, title, notice = title, link } = draft
  const text = noticeText(notice, job)
  const linkText = link && `<${escapeText(link.url)}|${escapeText(link.label)}>`
  return {
    text,
    blocks: blocksOf(job, draft, tasks ? [plan(tasks.title, tasks.list)] : []),
    plainBlocks: blocksOf(job, draft, []),
    bareText: linkText && text.length + linkText.length < slackLimits.text ? `${text}\n${linkText}` : text
  }
}

/** What happened first, since little of it is shown; an escape is at most five characters for one. */
function noticeText(notice: string, { request }: Job): string {
  const most = slackLimits.text / 5
  const what = clip(visibleText(notice), most / 2)
  return escapeText(clip(`${what} · ${namedPlainly(request)}`, most))
}

function draftOf(job: Job, view: MessageView): Draft {
  switch (job.state) {
    case 'submitted':
      return submittedDraft(job, view)
    case 'running':
      return view.isInterrupted ? interruptedDraft(job, view) : runningDraft(job, view)
    case 'cancelling':
      return { icon: '🛑', title: 'Cancelling', lines: ['The export stops within seconds.'] }
    case 'complete':
    case 'partial':
      return resultDraft(job, view)
    case 'empty':
      return emptyDraft(job, view)
    case 'failed':
      return failedDraft(job, view)
    case 'cancelled':
      return cancelledDraft(job)
    case 'timed-out':
      return timedOutDraft(job, view)
  }
}

function blocksOf({ request, asker }: Job, draft: Draft, tasks: readonly SlackBlock[]): SlackBlock[] {
  const { icon, title, lines, more = [], buttons = [], small = [] } = draft
  const asked = mention(asker.user)
  const print = [...small, ...(asked === '' ? [] : [`Asked by ${asked}`])]
  return [
    section([
      `${icon} *${escapeText(title)}* · ${namedIdentifiers(request)}`,
      `${categoriesText(request)} · ${whereText(request)}`,
      ...lines
    ]),
    ...tasks,
    ...(buttons.length > 0 ? [actions(buttons)] : []),
    ...more,
    ...(print.length > 0 ? [context([print.join(' · ')])] : [])
  ]
}
