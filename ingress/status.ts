import { isOver, type Job } from '../worker/contract/job.ts'
import { section } from '../worker/report/slack/blocks.ts'
import { codeText } from '../worker/report/slack/text.ts'
import type { Ephemeral } from './answer.ts'
import { lineOf, shortId } from './job-text.ts'
import { signLink } from './links.ts'
import type { Services } from './services.ts'
import type { Visit } from './visit.ts'

/** Results that are shown; who wants an older one asks for it again. */
const mostResults = 5
/** Running jobs of one person are few, unless the limit is high. */
const mostRunning = 10

/** `status`: what of mine runs, and how the last ones ended. */
export async function statusText(visit: Visit, services: Services): Promise<Ephemeral> {
  const { person, deadline, command } = visit
  const jobs = await deadline.within('jobs of the person', () => services.places.jobsOf(person.team, person.user))
  const running = jobs.filter(({ state }) => !isOver(state)).slice(0, mostRunning)
  const over = jobs.filter(({ state }) => isOver(state)).slice(0, mostResults)
  if (jobs.length === 0)
    return { text: `You asked for nothing since yesterday. ${codeText(`${command} help`)} tells how.` }
  const lines = [
    running.length === 0 ? '*Nothing of yours runs.*' : '*Running*',
    ...running.map((job) => `• ${lineOf(job)} · stop it with ${codeText(`${command} cancel ${shortId(job)}`)}`),
    ...(over.length === 0
      ? []
      : ['*Last results*', ...(await Promise.all(over.map((job) => resultLine(job, visit, services))))])
  ]
  return { text: lines.join('\n'), blocks: [section(lines)] }
}

async function resultLine(job: Job, visit: Visit, services: Services): Promise<string> {
  const link = await signLink(job, visit.baseUrl, services)
  return `• ${lineOf(job)}${link ? ` · <${link.url.replaceAll('&', '&amp;')}|Download>` : ''}`
}
