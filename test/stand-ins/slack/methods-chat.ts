import { SlackApiError } from './api-error.ts'
import { optionalText, requiredText } from './arguments.ts'
import type { Call, MethodEntry } from './call.ts'
import { type ContentRules, maxPostedText, maxUpdatedText, readContent, readNewContent } from './content.ts'
import type { Channel, Message, Workspace } from './workspace.ts'

/*
 * https://docs.slack.dev/reference/methods/chat.postMessage and its neighbours.
 */

export const chatMethods: Readonly<Record<string, MethodEntry>> = {
  'chat.postMessage': { scopes: ['chat:write'], run: postMessage },
  'chat.update': { scopes: ['chat:write'], run: update },
  'chat.postEphemeral': { scopes: ['chat:write'], run: postEphemeral },
  'chat.delete': { scopes: ['chat:write'], run: remove },
  'chat.getPermalink': { scopes: [], run: getPermalink }
}

const posted = ({ unsupportedBlocks }: Call): ContentRules => ({
  unsupportedBlocks,
  maxText: maxPostedText,
  isTextCut: true
})

function postMessage(call: Call): Record<string, unknown> {
  const { workspace, args } = call
  const channel = channelToPostIn(call, requiredText(args, 'channel'))
  const content = readNewContent(args, posted(call))
  const message = workspace.post(channel, content, { threadTs: optionalText(args, 'thread_ts') })
  return { channel: channel.id, ts: message.ts, message: messageObject(workspace, message) }
}

function update(call: Call): Record<string, unknown> {
  const { workspace, args } = call
  const message = ownMessage(call, 'cant_update_message')
  const content = readContent(args, {
    unsupportedBlocks: call.unsupportedBlocks,
    maxText: maxUpdatedText,
    isTextCut: false
  })
  if (content.text === undefined && content.blocks === undefined) throw new SlackApiError('no_text')
  const { text = message.text, blocks = message.blocks } = content
  if (text === '' && blocks.length === 0) throw new SlackApiError('no_text')
  workspace.edit(message, { text, blocks })
  return { channel: message.channel, ts: message.ts, text, message: messageObject(workspace, message) }
}

function postEphemeral(call: Call): Record<string, unknown> {
  const { workspace, args } = call
  const user = requiredText(args, 'user')
  const channel = channelToPostIn(call, requiredText(args, 'channel'))
  if (!channel.members.has(user)) throw new SlackApiError('user_not_in_channel')
  const content = readNewContent(args, posted(call))
  return { message_ts: workspace.post(channel, content, { onlyFor: user }).ts }
}

function remove(call: Call): Record<string, unknown> {
  const message = ownMessage(call, 'cant_delete_message')
  call.workspace.delete(message)
  return { channel: message.channel, ts: message.ts }
}

function getPermalink({ workspace, args, url }: Call): Record<string, unknown> {
  const channel = workspace.channels.get(requiredText(args, 'channel'))
  if (!channel || !isVisible(channel)) throw new SlackApiError('channel_not_found')
  const message = workspace.find(channel.id, requiredText(args, 'message_ts'))
  if (!message || message.isDeleted || message.onlyFor) throw new SlackApiError('message_not_found')
  return { channel: channel.id, permalink: `${url}/archives/${channel.id}/p${message.ts.replace('.', '')}` }
}

/** Finds where to post: a channel's id, or a user's for a direct message. @throws SlackApiError as Slack does */
export function channelToPostIn({ workspace, scopes }: Call, id: string): Channel {
  const channel = workspace.users.has(id) ? directChannelWith(workspace, id) : workspace.channels.get(id)
  if (!channel || !isVisible(channel)) throw new SlackApiError('channel_not_found')
  if (channel.kind === 'im' && !workspace.hasMessagesTab) throw new SlackApiError('messages_tab_disabled')
  if (channel.isArchived) throw new SlackApiError('is_archived')
  if (!channel.hasApp && !scopes.has('chat:write.public')) throw new SlackApiError('not_in_channel')
  return channel
}

/** A private channel that the app was not invited to is not there for it. */
export const isVisible = (channel: Channel): boolean => channel.kind !== 'private' || channel.hasApp

export function directChannelWith(workspace: Workspace, user: string): Channel {
  const { isBot, isDeleted, team } = workspace.users.get(user)!
  if (isBot || isDeleted || team !== workspace.team.id) throw new SlackApiError('channel_not_found')
  return workspace.directChannel(user)
}

function ownMessage({ workspace, args }: Call, refusal: string): Message {
  const channel = workspace.channels.get(requiredText(args, 'channel'))
  if (!channel || !isVisible(channel)) throw new SlackApiError('channel_not_found')
  const message = workspace.find(channel.id, requiredText(args, 'ts'))
  // Ephemeral messages were never stored.
  if (!message || message.isDeleted || message.onlyFor !== undefined) throw new SlackApiError('message_not_found')
  if (message.user !== workspace.app.botUser) throw new SlackApiError(refusal)
  if (channel.isArchived) throw new SlackApiError('is_archived')
  return message
}

/** A message as the API and the payloads show it. */
export function messageObject(workspace: Workspace, message: Message): Record<string, unknown> {
  const { team, app } = workspace
  return {
    type: 'message',
    user: message.user,
    ...(message.user === app.botUser ? { bot_id: app.botId, app_id: app.id } : {}),
    ts: message.ts,
    team: team.id,
    text: message.text,
    blocks: message.blocks,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(message.versions.length > 1
      ? { edited: { user: app.botId, ts: `${Math.floor(message.versions.at(-1)!.atMs / 1000)}.000000` } }
      : {})
  }
}
