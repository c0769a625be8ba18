import { remedyOf } from '../../contract/failure.ts'
import type { Job } from '../../contract/job.ts'
import { plainSection, type SlackBlock, section } from './blocks.ts'
import { type Draft, type MessageView, unknownScope } from './message-parts.ts'
import { lessWords } from './other-requests.ts'
import { commandText } from './request-text.ts'
import { visibleText } from './text.ts'

/*
 * Jobs without an answer: what happened in plain words, and what to do.
 */

export function failedDraft(job: Job, view: MessageView): Draft {
  const reason = reasonOf(job, 'An internal error occurred. The system logs have the details.')
  return {
    icon: '❌',
    title: 'Failed',
    notice: `Failed: ${reason}`,
    lines: [],
    more: [plainSection(reason), ...remedy(job, view)],
    small: [`For operators: job ${job.id}${job.failure ? `, ${codeOf(job.failure.code)}` : ''}`]
  }
}

export function timedOutDraft(job: Job, view: MessageView): Draft {
  const reason = reasonOf(job, 'The export was stopped at its time limit. Nothing is kept.')
  return {
    icon: '⌛',
    title: 'Took too long',
    lines: [],
    more: [plainSection(reason), ...less(job, view, '*Ask for less:*')],
    small: [`For operators: job ${job.id}`]
  }
}

export function cancelledDraft(job: Job): Draft {
  return { icon: '🚫', title: 'Cancelled', lines: ['Nothing is kept.'], more: again(job) }
}

function reasonOf({ failure }: Job, otherwise: string): string {
  const lines = (failure?.userText ?? '').split('\n').map(visibleText)
  return lines.join('\n').trim() || otherwise
}

function remedy(job: Job, view: MessageView): SlackBlock[] {
  switch (remedyOf(job.failure?.code)) {
    case 'again':
      return again(job)
    case 'less':
      return less(job, view, 'For example:')
    case 'none':
      return []
  }
}

function again({ request }: Job): SlackBlock[] {
  const command = commandText(request)
  return [section(command === undefined ? ['To try again, send the same request.'] : ['To try again:', command])]
}

/** The command of a request that is surely taken, below a label; none where nothing less can be asked for. */
function less({ request }: Job, { scope = unknownScope }: MessageView, label: string): SlackBlock[] {
  const words = lessWords(request, scope)
  if (!words) return [section(['The request can’t be smaller. Send the job id below to the operators.'])]
  const command = commandText(request, words)
  return [section(command === undefined ? ['Ask for less time, or for one category.'] : [label, command])]
}

const codeOf = (code: string): string => (/^[\w-]{1,60}$/.test(code) ? code : 'unknown')
