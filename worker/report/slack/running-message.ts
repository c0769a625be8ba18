import type { Job, JobProgress } from '../../contract/job.ts'
import { formatBytes, formatCount, formatNumber, formatSeconds } from '../../contract/units.ts'
import type { LiveProgress } from '../job-reporter.ts'
import { shownPercent } from '../progress.ts'
import { cancelButton } from './buttons.ts'
import type { Draft, MessageView } from './message-parts.ts'
import { countOfCategories } from './request-text.ts'
import { barText } from './text.ts'

/*
 * A job that is not over: its progress, and the button that stops it.
 */

export function submittedDraft(job: Job, view: MessageView): Draft {
  const isFirst = job.attempts.length === 0 && !view.isInterrupted
  return {
    icon: '⏳',
    title: 'Queued',
    lines: [isFirst ? 'Waiting for a machine, about a minute.' : 'Waiting for another machine, a minute or more.'],
    ...aliveParts(job, view)
  }
}

export function runningDraft(job: Job, view: MessageView): Draft {
  const progress = view.live ?? job.progress
  const percent = shownPercent(progress)
  const number = job.attempts.length
  const again = number > 1 ? [`Restarted after an interruption (attempt ${number}).`] : []
  return {
    icon: '⏳',
    title: `${percent} %`,
    lines: [barText(percent), ...progressLines(progress, view.live), ...again],
    ...(view.live && { tasks: categoryTasks(job, view.live) }),
    ...aliveParts(job, view)
  }
}

export function interruptedDraft(job: Job, view: MessageView): Draft {
  return {
    icon: '⏸️',
    title: 'Interrupted',
    lines: ['AWS took the machine back. The export restarts in a minute or two, and this message shows it.'],
    ...aliveParts(job, view)
  }
}

/** Categories are read one after the other. */
function categoryTasks({ request }: Job, live: LiveProgress): NonNullable<Draft['tasks']> {
  const now = isRead(live) ? request.categories.length : live.category
  return {
    title: `Searching ${countOfCategories(request)}`,
    list: request.categories.map((title, position) => ({
      title,
      status: position < now ? 'complete' : position === now ? 'in_progress' : 'pending'
    }))
  }
}

const isRead = ({ objects, totalObjects }: JobProgress): boolean => objects >= totalObjects

function progressLines(progress: JobProgress | null, live: LiveProgress | undefined): string[] {
  if (!progress || progress.totalObjects === 0) return ['Listing the logs …']
  const { objects, totalObjects, storedBytes, totalBytes, lines } = progress
  const kept = `${formatCount(lines, 'line')} kept`
  if (isRead(progress)) return [lines > 0 ? 'Writing the zip …' : 'Nearly done …', kept]
  const read = `${formatNumber(objects)} of ${formatCount(totalObjects, 'object')}`
  const left = live?.secondsLeft === undefined ? [] : [`${roundedSeconds(live.secondsLeft)} left`]
  return [`${read} · ${formatBytes(storedBytes)} of ${formatBytes(totalBytes)}`, [kept, ...left].join(' · ')]
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
