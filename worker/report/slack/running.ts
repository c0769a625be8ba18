import type { Job, JobProgress } from '../../contract/job.ts'
import { formatBytes, formatCount, formatSeconds } from '../../contract/units.ts'
import type { LiveProgress } from '../job-reporter.ts'
import { cancelButton } from './buttons.ts'
import type { Draft, MessageView } from './draft.ts'
import { countOfCategories } from './request-text.ts'
import { barText } from './text.ts'

/*
 * A job that is not over: how far it is, and the way to stop it.
 */

export function submittedDraft(job: Job, view: MessageView): Draft {
  const isFirst = job.attempts.length === 0 && !view.isInterrupted
  return {
    icon: '⏳',
    title: 'Queued',
    lines: [isFirst ? 'A machine starts, about a minute.' : 'Waits for another machine, a minute or more.'],
    ...aliveParts(job, view)
  }
}

export function runningDraft(job: Job, view: MessageView): Draft {
  const progress = view.live ?? job.progress
  const percent = shownPercent(progress)
  const again = job.attempts.length > 1 ? [`Continues after an interruption (attempt ${job.attempts.length}).`] : []
  return {
    icon: '⏳',
    title: `${percent} %`,
    lines: [barText(percent), ...progressLines(progress, view.live), ...again],
    tasks: {
      title: `Searching ${countOfCategories(job.request)}`,
      list: job.request.categories.map((category) => ({ title: category, status: 'in_progress' }))
    },
    ...aliveParts(job, view)
  }
}

export function interruptedDraft(job: Job, view: MessageView): Draft {
  return {
    icon: '⏸️',
    title: 'Interrupted',
    lines: ['The machine was taken away.', 'It goes on by itself, here, in a minute or two.'],
    ...aliveParts(job, view)
  }
}

export function cancellingDraft(): Draft {
  return { icon: '🛑', title: 'Cancelling', lines: ['It stops within seconds.'] }
}

/** 10 when a job has started, 10 to 99 by bytes (by objects, where none has bytes); 100 is said when it is over. */
export function shownPercent(progress: JobProgress | null): number {
  if (!progress) return 10
  const { storedBytes, totalBytes, objects, totalObjects } = progress
  const fraction = totalBytes > 0 ? storedBytes / totalBytes : totalObjects > 0 ? objects / totalObjects : 0
  return Math.min(99, 10 + Math.floor(Math.max(0, fraction) * 89))
}

function progressLines(progress: JobProgress | null, live: LiveProgress | undefined): string[] {
  if (!progress || progress.totalObjects === 0) return ['Looks which objects there are.']
  const { objects, totalObjects, storedBytes, totalBytes, lines } = progress
  const read = `${objects.toLocaleString('en-US')} of ${formatCount(totalObjects, 'object')}`
  const left = live?.secondsLeft === undefined ? [] : [`${roundedSeconds(live.secondsLeft)} left`]
  return [
    `${read} · ${formatBytes(storedBytes)} of ${formatBytes(totalBytes)}`,
    [`${formatCount(lines, 'line')} kept`, ...left].join(' · ')
  ]
}

/** No more exact than can be known. */
function roundedSeconds(seconds: number): string {
  if (seconds < 10) return 'a few seconds'
  const stepSeconds = seconds < 95 ? 10 : 60
  return `about ${formatSeconds(Math.round(seconds / stepSeconds) * stepSeconds)}`
}

function aliveParts(job: Job, { isInteractive = true }: MessageView): Pick<Draft, 'buttons'> {
  return isInteractive ? { buttons: [cancelButton(job)] } : {}
}
