import type { Job } from '../../contract/job.ts'
import { windowOf, wordsOf } from '../../contract/request.ts'
import { dayMs, hourMs, typedWindow } from '../../contract/window.ts'
import { plainSection, type SlackBlock, section } from './blocks.ts'
import type { Draft } from './draft.ts'
import { commandText } from './request-text.ts'
import { visibleText } from './text.ts'

/*
 * Jobs without an answer: what happened in plain words, and what to do.
 */

export function failedDraft(job: Job): Draft {
  return {
    icon: '❌',
    title: 'Failed',
    lines: [],
    more: [reason(job, 'Something went wrong that the logs of the system tell more about.'), section(againLines(job))],
    small: [`For operators: job ${job.id}${job.failure ? `, ${codeOf(job.failure.code)}` : ''}`]
  }
}

export function timedOutDraft(job: Job): Draft {
  const less = commandText(job.request, lessWords(job))
  return {
    icon: '⌛',
    title: 'Took too long',
    lines: [],
    more: [
      reason(job, 'It was stopped at its time limit. Nothing is kept.'),
      section(['*Ask for less:* fewer hours, or one category.', ...(less === undefined ? [] : [less])])
    ],
    small: [`For operators: job ${job.id}`]
  }
}

export function cancelledDraft(job: Job): Draft {
  return { icon: '🚫', title: 'Cancelled', lines: ['Nothing is kept.'], more: [section(againLines(job))] }
}

function reason({ failure }: Job, otherwise: string): SlackBlock {
  const lines = (failure?.userText ?? '').split('\n').map(visibleText)
  return plainSection(lines.join('\n').trim() || otherwise)
}

function againLines({ request }: Job): string[] {
  const command = commandText(request)
  return command === undefined ? ['To try again, ask for the same.'] : ['To try again:', command]
}

/** The same for the first quarter of its time, or of one category where it is one hour. */
function lessWords({ request }: Job): string[] {
  const words = wordsOf(request)
  const { fromMs, toMs } = windowOf(request)
  const hours = (toMs - fromMs) / hourMs
  if (hours === 1) return words.with(1, request.categories[0]!)
  const isDays = (toMs - fromMs) / dayMs >= 4
  const lessMs = isDays ? Math.floor((toMs - fromMs) / dayMs / 4) * dayMs : Math.max(1, Math.floor(hours / 4)) * hourMs
  return words.with(2, typedWindow({ fromMs, toMs: fromMs + lessMs, unit: isDays ? 'day' : 'hour' }))
}

const codeOf = (code: string): string => (/^[\w-]{1,60}$/.test(code) ? code : 'unknown')
