import * as z from 'zod'
import { errorFields } from '../../worker/report/log.ts'
import { type SlackBlock, section } from '../../worker/report/slack/blocks.ts'
import { actionIds } from '../../worker/report/slack/buttons.ts'
import { createSlackReply } from '../../worker/report/slack/reply.ts'
import { isReplyUrl } from '../../worker/report/slack/reply-url.ts'
import { refusedByRules } from '../jobs/access.ts'
import type { Deadline } from '../jobs/deadline.ts'
import { type FunctionUrlEvent, type FunctionUrlResult, RequestRefused } from '../jobs/function-url.ts'
import { json } from '../jobs/http-answers.ts'
import { signLink } from '../jobs/links.ts'
import type { FoundJob } from '../jobs/locations.ts'
import { submitExport } from '../jobs/submit.ts'
import { acknowledge, type Ephemeral } from './answer.ts'
import { cancelText } from './cancel.ts'
import { organisationText } from './guest-check.ts'
import { newLinkText, submittedText } from './job-text.ts'
import { formStateSchema, modalCallback, readForm, readOrigin } from './modal.ts'
import { createRequestContext, type SlackRequestContext } from './request-context.ts'
import type { SlackServices } from './services.ts'
import type { SignedForm } from './signed-form.ts'

/*
 * POST /slack/interactive (https://docs.slack.dev/reference/interaction-payloads): buttons that were pressed and forms
 * that were filled in. A button's answer goes to the response URL of the press; a form's is shown in its place.
 */

const payloadSchema = z.object({
  type: z.string(),
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  team: z.object({ id: z.string(), domain: z.string().optional() }).nullish(),
  enterprise: z.object({ id: z.string() }).nullish(),
  is_enterprise_install: z.boolean().nullish(),
  channel: z.object({ id: z.string() }).nullish(),
  response_url: z.string().nullish(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().nullish() })).nullish(),
  view: z
    .object({
      callback_id: z.string().nullish(),
      private_metadata: z.string().nullish(),
      state: formStateSchema.nullish()
    })
    .nullish()
})
type Payload = z.output<typeof payloadSchema>

/** Kept for answering the person through the response URL. */
const answerReserveMs = 500

export async function answerInteraction(
  form: SignedForm,
  event: FunctionUrlEvent,
  services: SlackServices,
  deadline: Deadline
): Promise<FunctionUrlResult> {
  const payload = readPayload(form)
  const context = contextOf(payload, form, event, services, deadline)
  services.log.detailed('An interaction', { type: payload.type, user: context.asker.user })
  if (payload.type === 'view_submission' && payload.view?.callback_id === modalCallback) {
    return submitForm(payload, context, services)
  }
  if (payload.type === 'block_actions') await press(payload, context, services)
  return acknowledge()
}

function readPayload({ fields }: SignedForm): Payload {
  try {
    return payloadSchema.parse(JSON.parse(fields.get('payload') ?? ''))
  } catch {
    throw new RequestRefused(400, 'This is not an interaction')
  }
}

function contextOf(
  payload: Payload,
  { signature }: SignedForm,
  event: FunctionUrlEvent,
  services: SlackServices,
  deadline: Deadline
): SlackRequestContext {
  const { user, team, enterprise, channel } = payload
  const person = {
    team: team?.id ?? user.team_id ?? '',
    user: user.id,
    channel: channel?.id ?? '',
    enterprise: enterprise?.id,
    ownWorkspace: user.team_id
  }
  const facts = { person, signature, command: '/iot-log', workspaceDomain: team?.domain ?? '' }
  return createRequestContext(facts, event, services, deadline)
}

/** A button. Slack reports presses of links too: those, and buttons of others, need no action. */
async function press(payload: Payload, context: SlackRequestContext, services: SlackServices): Promise<void> {
  const { actions, response_url: responseUrl, is_enterprise_install: isOfWholeOrganisation } = payload
  const action = actions?.find(({ action_id: id }) => id === actionIds.cancel || id === actionIds.newLink)
  if (!action?.value) return
  if (responseUrl && !isReplyUrl(responseUrl, services.responseOrigins)) {
    throw new RequestRefused(400, 'The response URL is not one of Slack’s')
  }
  const answer = isOfWholeOrganisation
    ? { text: organisationText }
    : await answerPress(action.action_id, action.value, context, services)
  if (!responseUrl) return
  try {
    const message = { response_type: 'ephemeral', replace_original: false, ...answer }
    await context.deadline.within('response_url', (signal) => services.slack.respond(responseUrl, message, signal))
  } catch (error) {
    services.log.warn('A person could not be answered', { user: context.asker.user, ...errorFields(error) })
  }
}

async function answerPress(
  actionId: string,
  id: string,
  context: SlackRequestContext,
  services: SlackServices
): Promise<Ephemeral> {
  const { asker, deadline, refuseReplay } = context
  try {
    const [found] = await Promise.all([
      deadline.within('job document', () => services.locations.look(id), { reserveMs: 2 * answerReserveMs }),
      refuseReplay()
    ])
    if (!found || found.job.asker.team !== asker.team) return { text: 'iot-log no longer knows this export.' }
    return actionId === actionIds.cancel
      ? await cancelText(found, context, services)
      : await giveNewLink(found, context, services)
  } catch (error) {
    if (error instanceof RequestRefused) throw error
    services.log.error('A button could not be obeyed', { job: id, user: asker.user, ...errorFields(error) })
    return { text: 'Something went wrong in iot-log, so nothing was done. Press the button again in a moment.' }
  }
}

async function giveNewLink(
  { job, location }: FoundJob,
  context: SlackRequestContext,
  services: SlackServices
): Promise<Ephemeral> {
  const { asker, deadline, baseUrl } = context
  const refusal = refusedByRules(asker, services.config, job.request.environment) ?? (await context.refusalOfPerson())
  if (refusal !== undefined) return { text: refusal }
  const link = await signLink(job, baseUrl, services)
  const isThere =
    link !== undefined &&
    (await deadline.within('the archive', () => location.store.has(job.result!.archive!.key), {
      reserveMs: answerReserveMs
    }))
  if (!isThere) return { text: 'The archive of this export is gone. Export the same logs again.' }
  services.log.info('A new link was given', { job: job.id, user: asker.user })
  return newLinkText(job, link)
}

/** A form: its mistakes at their fields, or what came of it where the form was. */
async function submitForm(
  { view }: Payload,
  context: SlackRequestContext,
  services: SlackServices
): Promise<FunctionUrlResult> {
  const origin = await readOrigin(view?.private_metadata ?? '', context, services)
  // A release without the field `options` opened the form: its other choices would be lost.
  if (!origin || !view?.state?.values.options) return showText('This form has expired. Type /iot-log again.')
  const reading = readForm(view.state, services.config, services.nowMs())
  if ('errors' in reading) return json({ response_action: 'errors', errors: reading.errors })
  const { channel, command, responseUrl, fromMs } = origin
  const whole = { ...context, command, asker: { ...context.asker, channel } }
  const ask = { request: reading.request, reply: createSlackReply(responseUrl, fromMs) }
  return showMessage(await submittedText(await submitExport(ask, whole, services), whole, services))
}

const showText = (text: string): FunctionUrlResult => showMessage({ text })

/** Takes the place of the form; nothing is left to be submitted. */
function showMessage({ text, blocks }: Ephemeral): FunctionUrlResult {
  // A press in a modal can't be answered; the text says how to cancel, too.
  const shown = blocks?.filter((block) => !hasCancel(block)) ?? [section([text])]
  const title = { type: 'plain_text', text: 'Export device logs' }
  const close = { type: 'plain_text', text: 'Close' }
  return json({ response_action: 'update', view: { type: 'modal', title, close, blocks: shown } })
}

const hasCancel = (block: SlackBlock): boolean =>
  block.type === 'actions' && block.elements.some(({ action_id: id }) => id === actionIds.cancel)
