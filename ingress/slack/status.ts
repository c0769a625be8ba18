import { isOver, type Job } from '../../worker/contract/job.ts'
import { errorFields } from '../../worker/report/log.ts'
import { section } from '../../worker/report/slack/blocks.ts'
import { codeText } from '../../worker/report/slack/text.ts'
import { refusedByRules } from '../jobs/access.ts'
import { signLink } from '../jobs/links.ts'
import type { FoundJobs } from '../jobs/locations.ts'
import type { Ephemeral } from './answer.ts'
import { lineOf, shortId } from './job-text.ts'
import type { SlackRequestContext } from './request-context.ts'
import type { SlackServices } from './services.ts'

/** Results that are shown. An older one can be exported again. */
const mostResults = 5
/** Running jobs of one person are few, unless the limit is high. */
const mostRunning = 10
/** Kept for the answer when a location is silent. */
const answerReserveMs = 300

/** `status`: what of mine runs, and how the last ones ended. */
export async function statusText(context: SlackRequestContext, services: SlackServices): Promise<Ephemeral> {
  const { asker, deadline, command } = context
  const [list, refusal] = await Promise.all([
    services.locations.jobsOf(asker, deadline, { reserveMs: answerReserveMs }),
    context.refusalOfPerson(),
    context.refuseReplay()
  ])
  const jobs = list.found.map(({ job }) => job)
  const running = jobs.filter(({ state }) => !isOver(state)).slice(0, mostRunning)
  const over = jobs.filter(({ state }) => isOver(state)).slice(0, mostResults)
  const resultLine = async (job: Job): Promise<string> => {
    const link = refusal === undefined ? await linkFor(job, context, services) : ''
    return `• ${lineOf(job)}${link}`
  }
  const lines = [
    ...(jobs.length === 0
      ? [`You have no exports since yesterday. See ${codeText(`${command} help`)}.`]
      : [running.length === 0 ? '*You have no running exports.*' : '*Running*']),
    ...running.map((job) => `• ${lineOf(job)} · stop it with ${codeText(`${command} cancel ${shortId(job)}`)}`),
    ...(over.length === 0 ? [] : ['*Last results*', ...(await Promise.all(over.map(resultLine)))]),
    ...unreadLines(list, services)
  ]
  return { text: lines.join('\n'), blocks: [section(lines)] }
}

/** A warning for a person who does not see all their jobs. */
export function unreadLines({ failures }: FoundJobs, { log }: SlackServices): string[] {
  for (const failure of failures) log.error('The jobs of a location could not be read', errorFields(failure))
  return failures.length === 0 ? [] : ['⚠️ iot-log could not read all jobs, so some may be missing here.']
}

/** Where a new link would be refused, none is shown. */
async function linkFor(job: Job, context: SlackRequestContext, services: SlackServices): Promise<string> {
  if (refusedByRules(context.asker, services.config, job.request.environment) !== undefined) return ''
  const link = await signLink(job, context.baseUrl, services)
  return link ? ` · <${link.url.replaceAll('&', '&amp;')}|Download>` : ''
}
