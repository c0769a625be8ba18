import { randomBytes } from 'node:crypto'
import { SlackApiError } from './api-error.ts'
import { isSet } from './arguments.ts'
import { maxPostedText, readNewContent } from './content.ts'
import type { Message, Workspace } from './workspace.ts'

/** https://docs.slack.dev/interactivity/handling-user-interaction: up to 5 times within 30 minutes. */
const maxUses = 5
const lifeMs = 30 * 60_000
const kept = 10_000

/** Where an interaction may be answered later. */
export interface ResponseUrl {
  readonly url: string
  readonly channel: string
  readonly user: string
  /** The message whose button was pressed. A command has none. */
  readonly message: Message | undefined
  readonly issuedMs: number
  uses: number
}

export interface ResponseUrls {
  /** `/commands/T…/…/…` or `/actions/T…/…/…` */
  issue(kind: 'commands' | 'actions', channel: string, user: string, message?: Message): ResponseUrl
  find(path: string): ResponseUrl | undefined
  /** Does what a POST to it asks for. @throws SlackApiError `used_url`, `expired_url`, `no_text`, `invalid_blocks` … */
  use(found: ResponseUrl | undefined, payload: Readonly<Record<string, unknown>>): void
}

export function createResponseUrls(
  workspace: Workspace,
  origin: () => string,
  unsupportedBlocks: readonly string[]
): ResponseUrls {
  const issued = new Map<string, ResponseUrl>()
  return {
    issue: (kind, channel, user, message) => {
      const secret = randomBytes(18).toString('base64url')
      const path = `/${kind}/${workspace.team.id}/${Date.now()}${issued.size}/${secret}`
      const made = { url: origin() + path, channel, user, message, issuedMs: workspace.nowMs(), uses: 0 }
      issued.set(path, made)
      if (issued.size > kept) issued.delete(issued.keys().next().value!)
      return made
    },
    find: (path) => issued.get(path),
    use: (found, payload) => {
      if (!found) throw new SlackApiError('invalid_url')
      if (workspace.nowMs() - found.issuedMs > lifeMs) throw new SlackApiError('expired_url')
      if (found.uses >= maxUses) throw new SlackApiError('used_url')
      found.uses++
      answer(workspace, found, payload, unsupportedBlocks)
    }
  }
}

function answer(
  workspace: Workspace,
  { channel: channelId, user, message }: ResponseUrl,
  payload: Readonly<Record<string, unknown>>,
  unsupportedBlocks: readonly string[]
): void {
  if (message && isSet(payload, 'delete_original')) {
    if (message.isDeleted) throw new SlackApiError('message_not_found')
    return workspace.delete(message)
  }
  const content = readNewContent(payload, { unsupportedBlocks, maxText: maxPostedText, isTextCut: true })
  if (message && isSet(payload, 'replace_original')) {
    if (message.isDeleted) throw new SlackApiError('message_not_found')
    return workspace.edit(message, content)
  }
  // A command has no original: it stays a new message (slackapi/bolt-python#1268).
  const type = payload.response_type ?? 'ephemeral'
  if (type !== 'ephemeral' && type !== 'in_channel') throw new SlackApiError('invalid_response_type')
  const channel = workspace.channels.get(channelId)!
  workspace.post(channel, content, type === 'in_channel' ? {} : { onlyFor: user })
}
