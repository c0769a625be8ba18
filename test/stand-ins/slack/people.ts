import { SlackApiError } from './api-error.ts'
import { isRecord } from './blocks/checks.ts'
import { maxPostedText, readNewContent } from './content.ts'
import { type Delivery, type DeliverySettings, deliver, type Ingress } from './deliver.ts'
import { messageObject } from './methods-chat.ts'
import { checkView, viewObject } from './methods-views.ts'
import type { ResponseUrls } from './response-urls.ts'
import { type FormValues, formState } from './state-values.ts'
import type { Triggers } from './triggers.ts'
import type { Block, Channel, Message, Modal, User, Workspace } from './workspace.ts'

/*
 * What people do in Slack, and what Slack sends to the app for it.
 */

export interface CommandOptions {
  /** What stands after the command. */
  readonly text: string
  /** Default: the first user. */
  readonly user?: string
  /** Default: the first channel. */
  readonly channel?: string
  /** Default: `/iot-log`. */
  readonly command?: string
}

export interface CommandAnswer extends Delivery {
  /** What the answer put in the channel, the failure's text included. */
  readonly message: Message | undefined
  readonly triggerId: string
  readonly responseUrl: string
}

export interface ClickOptions {
  /** Where the button is. */
  readonly in: Message | Modal
  readonly actionId: string
  /** Default: the first user, or the one who sees the modal or ephemeral message. */
  readonly user?: string
}

export interface ClickAnswer extends Delivery {
  /** Where a button with a link leads; opened beside, whatever the app answers. */
  readonly url: string | undefined
  /** Undefined for a button in a modal. */
  readonly responseUrl: string | undefined
}

export interface SubmitOptions {
  readonly modal: Modal
  readonly values?: FormValues
}

export interface SubmitAnswer {
  /** Undefined when the client did not send it, since required inputs are empty: their block ids are in `missing`. */
  readonly delivery: Delivery | undefined
  readonly missing: readonly string[]
  readonly modal: Modal
}

/** People's hands. */
export interface People {
  command(options: CommandOptions): Promise<CommandAnswer>
  click(options: ClickOptions): Promise<ClickAnswer>
  submit(options: SubmitOptions): Promise<SubmitAnswer>
  /** Closes a modal without submitting it, and notifies the app if the view asks for that. */
  dismiss(modal: Modal): Promise<void>
}

export interface PeopleSettings extends DeliverySettings {
  readonly workspace: Workspace
  readonly triggers: Triggers
  readonly responseUrls: ResponseUrls
  readonly unsupportedBlocks: readonly string[]
  /** Whether the words of a command are escaped, as where its `should_escape` is set. */
  readonly escapesWords: boolean
  ingress(): Ingress
}

/** Slack fills this deprecated field; apps should ignore it. */
const verificationToken = 'deprecated-verification-token'

export function createPeople(settings: PeopleSettings): People {
  const { workspace, triggers, responseUrls } = settings
  const send = (url: string, fields: Record<string, string>): Promise<Delivery> =>
    deliver(url, new URLSearchParams(fields).toString(), settings)
  const sendPayload = (payload: object): Promise<Delivery> =>
    send(settings.ingress().interactiveUrl, { payload: JSON.stringify(payload) })
  const common = (user: User): Record<string, unknown> => ({
    user: { id: user.id, username: user.name, name: user.name, team_id: user.team },
    team: { id: workspace.team.id, domain: workspace.team.domain },
    api_app_id: workspace.app.id,
    token: verificationToken,
    is_enterprise_install: false,
    enterprise: workspace.team.enterprise === undefined ? null : { id: workspace.team.enterprise, name: 'Enterprise' }
  })
  return {
    command: async ({ text, user: userId, channel: channelId, command = '/iot-log' }) => {
      const user = userOf(workspace, userId)
      const channel = channelOf(workspace, channelId)
      const triggerId = triggers.issue(user.id)
      const responseUrl = responseUrls.issue('commands', channel.id, user.id).url
      const delivery = await send(settings.ingress().commandsUrl, {
        ...commandFields(workspace, user, channel),
        command,
        text: settings.escapesWords ? escaped(text.trim()) : text.trim(),
        response_url: responseUrl,
        trigger_id: triggerId
      })
      const message = showAnswer(settings, delivery, command, channel, user)
      return { ...delivery, message, triggerId, responseUrl }
    },
    click: async ({ in: place, actionId, user: userId }) => {
      const seenBy = 'view' in place ? place.user : place.onlyFor
      const user = userOf(workspace, seenBy ?? userId)
      const found = findElement(place, actionId)
      const { payload, responseUrl } = placePayload(settings, place, user)
      const delivery = await sendPayload({
        type: 'block_actions',
        ...common(user),
        ...payload,
        trigger_id: triggers.issue(user.id),
        actions: [actionOf(found.element, found.block, workspace.nowMs())]
      })
      return { ...delivery, url: found.element.url as string | undefined, responseUrl }
    },
    submit: async ({ modal, values = {} }) => {
      const { values: state, missing } = formState(modal, values)
      if (missing.length > 0) return { delivery: undefined, missing, modal }
      const delivery = await sendPayload({
        type: 'view_submission',
        ...common(userOf(workspace, modal.user)),
        trigger_id: triggers.issue(modal.user),
        view: viewObject(workspace, modal, state),
        response_urls: []
      })
      follow(workspace, modal, delivery)
      return { delivery, missing, modal }
    },
    dismiss: async (modal) => {
      workspace.changeModal(modal, { isOpen: false })
      if (modal.view.notify_on_close !== true) return
      const user = common(userOf(workspace, modal.user))
      await sendPayload({ type: 'view_closed', ...user, view: viewObject(workspace, modal), is_cleared: false })
    }
  }
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function commandFields(workspace: Workspace, user: User, channel: Channel): Record<string, string> {
  const { team, app } = workspace
  return {
    token: verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    ...(team.enterprise === undefined ? {} : { enterprise_id: team.enterprise, enterprise_name: 'Enterprise' }),
    channel_id: channel.id,
    channel_name: channel.kind === 'private' ? 'privategroup' : channel.name,
    user_id: user.id,
    user_name: user.name,
    api_app_id: app.id,
    is_enterprise_install: 'false'
  }
}

/** Shows what a command was answered with, or why it was not. */
function showAnswer(
  { workspace, unsupportedBlocks }: PeopleSettings,
  delivery: Delivery,
  command: string,
  channel: Channel,
  user: User
): Message | undefined {
  const fail = (failure: string): Message => {
    const text = `${command} failed with the error "${failure}"`
    return workspace.post(channel, { text, blocks: [] }, { user: 'USLACKBOT', onlyFor: user.id })
  }
  if (delivery.failure !== undefined) return fail(delivery.failure)
  if (delivery.body.trim() === '') return undefined
  const payload = payloadOf(delivery)
  if (!payload) return fail('invalid_command_response')
  try {
    const content = readNewContent(payload, { unsupportedBlocks, maxText: maxPostedText, isTextCut: true })
    return workspace.post(channel, content, payload.response_type === 'in_channel' ? {} : { onlyFor: user.id })
  } catch (error) {
    if (!(error instanceof SlackApiError)) throw error
    return fail(error.code)
  }
}

function payloadOf({ contentType, body }: Delivery): Record<string, unknown> | undefined {
  if (!contentType.startsWith('application/json')) return { text: body }
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'string') return { text: parsed }
    return isRecord(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

const trouble = 'We had some trouble connecting. Try again?'

/** Does to a modal what the app's answer says. */
function follow(workspace: Workspace, modal: Modal, delivery: Delivery): void {
  const keepOpen = (errors: Record<string, string>): void => workspace.changeModal(modal, { errors })
  if (delivery.failure !== undefined) return keepOpen({ '': trouble })
  if (delivery.body.trim() === '') return workspace.changeModal(modal, { isOpen: false })
  const answer = payloadOf(delivery)
  const action = answer?.response_action
  if (answer && action === undefined && Object.keys(answer).length === 0) {
    return workspace.changeModal(modal, { isOpen: false })
  }
  if (action === 'clear') return workspace.changeModal(modal, { isOpen: false })
  if (action === 'errors' && isRecord(answer?.errors)) {
    const ids = modal.view.blocks.filter(({ type }) => type === 'input').map(({ block_id }) => block_id)
    const errors = answer.errors as Record<string, string>
    const areKnown = Object.keys(errors).every((id) => ids.includes(id))
    return keepOpen(areKnown && Object.keys(errors).length > 0 ? errors : { '': trouble })
  }
  if (action === 'update' || action === 'push') {
    try {
      checkView(answer?.view)
      return workspace.changeModal(modal, { view: answer.view as Record<string, unknown> })
    } catch (error) {
      if (!(error instanceof SlackApiError)) throw error
    }
  }
  keepOpen({ '': trouble })
}

/** What a payload says of where a button is, and the response URL that comes with a message. */
function placePayload(
  { workspace, responseUrls }: PeopleSettings,
  place: Message | Modal,
  user: User
): { readonly payload: Record<string, unknown>; readonly responseUrl: string | undefined } {
  if ('view' in place) {
    const payload = { container: { type: 'view', view_id: place.id }, view: viewObject(workspace, place) }
    return { payload, responseUrl: undefined }
  }
  const channel = workspace.channels.get(place.channel)!
  const isEphemeral = place.onlyFor !== undefined
  const responseUrl = responseUrls.issue('actions', channel.id, user.id, place).url
  const payload = {
    container: { type: 'message', message_ts: place.ts, channel_id: channel.id, is_ephemeral: isEphemeral },
    channel: { id: channel.id, name: channel.kind === 'private' ? 'privategroup' : channel.name },
    ...(isEphemeral ? {} : { message: messageObject(workspace, place) }),
    state: { values: {} },
    response_url: responseUrl
  }
  return { payload, responseUrl }
}

interface FoundElement {
  readonly block: Block
  readonly element: Readonly<Record<string, unknown>>
}

function findElement(place: Message | Modal, actionId: string): FoundElement {
  if ('view' in place ? !place.isOpen : place.isDeleted) throw new Error('What it was in is gone')
  for (const block of 'view' in place ? place.view.blocks : place.blocks) {
    const elements = [block.accessory, ...((block.elements ?? []) as unknown[])].filter(isRecord)
    const element = elements.find((one) => one.action_id === actionId)
    if (element) return { block, element }
  }
  throw new Error(`There is no ${actionId} in it`)
}

function actionOf(element: FoundElement['element'], block: Block, nowMs: number): Record<string, unknown> {
  const { type, action_id, text, value, style, url } = element
  return {
    type,
    action_id,
    block_id: block.block_id,
    ...(text === undefined ? {} : { text }),
    ...(value === undefined ? {} : { value }),
    ...(style === undefined ? {} : { style }),
    ...(url === undefined ? {} : { url }),
    action_ts: (nowMs / 1000).toFixed(6)
  }
}

function userOf(workspace: Workspace, id: string | undefined): User {
  const user = id === undefined ? [...workspace.users.values()][0] : workspace.users.get(id)
  if (!user) throw new Error(`The workspace has no user ${id}`)
  return user
}

function channelOf(workspace: Workspace, id: string | undefined): Channel {
  const channel = id === undefined ? [...workspace.channels.values()][0] : workspace.channels.get(id)
  if (!channel) throw new Error(`The workspace has no channel ${id}`)
  return channel
}
