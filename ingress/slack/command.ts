import { ProblemsError } from '../../worker/contract/errors.ts'
import { parseRequest } from '../../worker/contract/parse-request.ts'
import { splitWords } from '../../worker/contract/words.ts'
import { errorFields } from '../../worker/report/log.ts'
import { createSlackReply } from '../../worker/report/slack/reply.ts'
import { isReplyUrl } from '../../worker/report/slack/reply-url.ts'
import { clip, codeText, escapeText } from '../../worker/report/slack/text.ts'
import { refusedByRules } from '../jobs/access.ts'
import type { Deadline } from '../jobs/deadline.ts'
import { type FunctionUrlEvent, type FunctionUrlResult, RequestRefused } from '../jobs/function-url.ts'
import { submitExport } from '../jobs/submit.ts'
import { acknowledge, type Ephemeral, ephemeral } from './answer.ts'
import { cancelByCommand } from './cancel.ts'
import { organisationText } from './guest-check.ts'
import { helpText } from './help.ts'
import { submittedText } from './job-text.ts'
import { openModal } from './modal.ts'
import { createRequestContext, type SlackRequestContext } from './request-context.ts'
import type { SlackServices } from './services.ts'
import type { SignedForm } from './signed-form.ts'
import { statusText } from './status.ts'

/*
 * POST /slack/commands (https://docs.slack.dev/interactivity/implementing-slash-commands). From here on
 * every failure is answered with a text that only the person sees.
 */

/** What a person may read of their mistakes; Slack shows no more than a few thousand characters anyway. */
const longestAnswer = 3_000

export async function answerCommand(
  form: SignedForm,
  event: FunctionUrlEvent,
  services: SlackServices,
  deadline: Deadline
): Promise<FunctionUrlResult> {
  const context = readContext(form, event, services, deadline)
  const responseUrl = form.fields.get('response_url')
  if (responseUrl !== null && !isReplyUrl(responseUrl, services.responseOrigins)) {
    throw new RequestRefused(400, 'The response URL is not one of Slack’s')
  }
  try {
    const answer = await obey(form, responseUrl, context, services)
    return answer === undefined ? acknowledge() : ephemeral(answer)
  } catch (error) {
    if (error instanceof RequestRefused) throw error
    services.log.error('A command failed', { user: context.asker.user, ...errorFields(error) })
    return ephemeral({ text: 'Something went wrong in iot-log, so nothing was done. Try again in a moment.' })
  }
}

function readContext(
  { fields, signature }: SignedForm,
  event: FunctionUrlEvent,
  services: SlackServices,
  deadline: Deadline
): SlackRequestContext {
  const [team, user, channel] = ['team_id', 'user_id', 'channel_id'].map((name) => fields.get(name) ?? '')
  const ids = [team!, user!, channel!]
  if (ids.some((id) => !/^[A-Z0-9]{1,30}$/.test(id))) throw new RequestRefused(400, 'This is not a slash command')
  const enterprise = fields.get('enterprise_id') || undefined
  const facts = {
    person: { team: team!, user: user!, channel: channel!, enterprise },
    signature,
    command: fields.get('command') ?? '',
    workspaceDomain: fields.get('team_domain') ?? ''
  }
  return createRequestContext(facts, event, services, deadline)
}

/** Undefined where a modal opens instead of an answer. */
async function obey(
  { fields }: SignedForm,
  responseUrl: string | null,
  context: SlackRequestContext,
  services: SlackServices
): Promise<Ephemeral | undefined> {
  const isOfWholeOrganisation = fields.get('is_enterprise_install') === 'true'
  const refusal = isOfWholeOrganisation ? organisationText : refusedByRules(context.asker, services.config)
  if (refusal !== undefined) {
    services.log.warn('A person was refused', { user: context.asker.user, channel: context.asker.channel })
    return { text: refusal }
  }
  const words = splitWords(unescapeText(fields.get('text') ?? ''))
  const [verb, ...more] = words.map((word) => word.toLowerCase())
  const kind = verb === undefined ? 'form' : ['help', 'status', 'cancel'].includes(verb) ? verb : 'export'
  services.log.detailed('A command', { kind, words: words.length, user: context.asker.user })
  if (verb === undefined) {
    return openModal(fields.get('trigger_id') ?? '', responseUrl, context, services)
  }
  if (verb === 'help' && more.length === 0) return helpText(services.config, context.command)
  if (verb === 'status' && more.length === 0) return statusText(context, services)
  if (verb === 'cancel' && more.length <= 1) return cancelByCommand(more[0], context, services)
  return exportLogs(words, responseUrl, context, services)
}

async function exportLogs(
  words: readonly string[],
  responseUrl: string | null,
  context: SlackRequestContext,
  services: SlackServices
): Promise<Ephemeral> {
  try {
    const request = parseRequest(words, services.config, services.nowMs())
    const reply = createSlackReply(responseUrl, services.nowMs())
    const submitted = await submitExport({ request, reply }, context, services)
    return await submittedText(submitted, context, services)
  } catch (error) {
    if (error instanceof ProblemsError) return mistakesText(error, context.command)
    throw error
  }
}

/** Every mistake at once, and the command as it should be. */
function mistakesText({ problems, correction }: ProblemsError, command: string): Ephemeral {
  const lines = problems.map(({ text }) => `• ${escapeText(text)}`)
  const corrected = correction && `${command} ${correction.join(' ')}`
  const hint = corrected === undefined ? `See ${codeText(`${command} help`)}.` : `Type this: ${shownCommand(corrected)}`
  return { text: `${clip(lines.join('\n'), longestAnswer)}\n${hint}` }
}

/** To be copied as it is: a backtick can't stand in code. */
const shownCommand = (words: string): string =>
  words.includes('`') ? escapeText(words) : codeText(words, longestAnswer)

/** Slack escapes what it delivers. `&amp;` comes last: `&amp;lt;` was typed as `&lt;`. */
function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
