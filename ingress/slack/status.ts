import { isOver, type Job } from '../../worker/contract/job.ts'
import { errorFields } from '../../worker/report/log.ts'
import { section } from '../../worker/report/slack/blocks.ts'
import { codeText } from '../../worker/report/slack/text.ts'
import { refusedByRules } from '../jobs/access.ts'
import { signLink } from '../jobs/links.ts'
import type { FoundJobs } from '../jobs/locations.ts'
import type { Ephemeral } from './answer.ts'
import { doubtAbout } from './guest-check.ts'
import { lineOf, shortId } from './job-text.ts'
import type { Visit } from './request-context.ts'
import type { Services } from './services.ts'

/** Results that are shown; who wants an older one asks for it again. */
const mostResults = 5
/** Running jobs of one person are few, unless the limit is high. */
const mostRunning = 10
/** Kept for the answer when a place is silent. */
const answerReserveMs = 300

/** `status`: what of mine runs, and how the last ones ended. */
export async function statusText(visit: Visit, services: Services): Promise<Ephemeral> {
  const { person, deadline, command } = visit
  const [list, doubt] = await Promise.all([
    services.places.jobsOf(person, deadline, { reserveMs: answerReserveMs }),
    doubtAbout(person, services, deadline),
    visit.refuseReplay()
  ])
  const jobs = list.found.map(({ job }) => job)
  const running = jobs.filter(({ state }) => !isOver(state)).slice(0, mostRunning)
  const over = jobs.filter(({ state }) => isOver(state)).slice(0, mostResults)
  const resultLine = async (job: Job): Promise<string> => {
    const link = doubt === undefined ? await linkFor(job, visit, services) : ''
    return `• ${lineOf(job)}${link}`
  }
  const lines = [
    ...(jobs.length === 0
      ? [`You asked for nothing since yesterday. ${codeText(`${command} help`)} tells how.`]
      : [running.length === 0 ? '*Nothing of yours runs.*' : '*Running*']),
    ...running.map((job) => `• ${lineOf(job)} · stop it with ${codeText(`${command} cancel ${shortId(job)}`)}`),
    ...(over.length === 0 ? [] : ['*Last results*', ...(await Promise.all(over.map(resultLine)))]),
    ...unreadLines(list, services)
  ]
  return { text: lines.join('\n'), blocks: [section(lines)] }
}

/** What a person must know who does not see all their jobs. */
export function unreadLines({ failures }: FoundJobs, { log }: Services): string[] {
  for (const failure of failures) log.error('The jobs of a place could not be read', errorFields(failure))
  return failures.length === 0 ? [] : ['⚠️ Part of the jobs could not be read just now, so some may be missing here.']
}

/** Where a new link would be refused, none is shown. */
async function linkFor(job: Job, visit: Visit, services: Services): Promise<string> {
  if (refusedByRules(visit.person, services.config, job.request.environment) !== undefined) return ''
  const link = await signLink(job, visit.baseUrl, services)
  return link ? ` · <${link.url.replaceAll('&', '&amp;')}|Download>` : ''
}
