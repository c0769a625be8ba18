import { errorFields } from '../../worker/report/log.ts'
import { type CallObserver, Deadline } from '../jobs/deadline.ts'
import { answerDownload } from '../jobs/download.ts'
import { type FunctionUrlEvent, type FunctionUrlResult, RequestRefused } from '../jobs/function-url.ts'
import { plainText } from '../jobs/http-answers.ts'
import { acknowledge } from './answer.ts'
import { answerCommand } from './command.ts'
import { answerInteraction } from './interactive.ts'
import type { SlackServices } from './services.ts'
import { readSignedForm } from './signed-form.ts'

/** Slack cuts a command's text far below this. */
const mostCommandBytes = 64 * 1024
/** A pressed button brings its whole message along, percent-encoded. */
const mostInteractionBytes = 256 * 1024

/** Answers one request, whatever it is, within so much time; never fails. */
export async function answerRequest(
  event: FunctionUrlEvent,
  services: SlackServices,
  budgetMs: number
): Promise<FunctionUrlResult> {
  const { log, clock } = services
  const startedMs = clock.nowMs()
  const onCall: CallObserver = (call, ms, hasAnswered) => log.debug('A call', { call, ms, hasAnswered })
  const result = await answer(event, services, new Deadline(budgetMs, clock, onCall))
  const ms = Math.round(clock.nowMs() - startedMs)
  // What is no event of a function URL was answered with an error, and need not say how it was asked.
  const method = event.requestContext?.http?.method
  log.detailed('A request', { method, path: event.rawPath, status: result.statusCode, ms })
  return result
}

async function answer(
  event: FunctionUrlEvent,
  services: SlackServices,
  deadline: Deadline
): Promise<FunctionUrlResult> {
  try {
    return await route(event, services, deadline)
  } catch (error) {
    if (error instanceof RequestRefused) {
      services.log.warn('A request was refused', { status: error.statusCode, why: error.message })
      return plainText(error.statusCode, `${error.message}\n`)
    }
    services.log.error('A request failed', errorFields(error))
    return plainText(500, 'Something went wrong\n')
  }
}

async function route(event: FunctionUrlEvent, services: SlackServices, deadline: Deadline): Promise<FunctionUrlResult> {
  const { method } = event.requestContext.http
  const path = event.rawPath
  if (path === '/slack/commands' || path === '/slack/interactive') {
    if (method === 'GET' && new URLSearchParams(event.rawQueryString).get('ssl_check') === '1') return acknowledge()
    if (method !== 'POST') throw new RequestRefused(404, 'Not found')
    const isCommand = path === '/slack/commands'
    const form = await readSignedForm(event, services, isCommand ? mostCommandBytes : mostInteractionBytes, deadline)
    if (!form) return acknowledge()
    return isCommand
      ? answerCommand(form, event, services, deadline)
      : answerInteraction(form, event, services, deadline)
  }
  const download = /^\/download\/([a-z0-9]{1,64})$/.exec(path)
  if (download && method === 'GET') return answerDownload(download[1]!, event, services)
  throw new RequestRefused(404, 'Not found')
}
