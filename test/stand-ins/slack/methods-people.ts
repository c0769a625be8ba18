import { SlackApiError } from './api-error.ts'
import { requiredText } from './arguments.ts'
import type { Call, MethodEntry } from './call.ts'
import { directChannelWith, isVisible } from './methods-chat.ts'
import type { Channel } from './workspace.ts'

/*
 * auth.test, users.info, conversations.info, conversations.open
 */

export const peopleMethods: Readonly<Record<string, MethodEntry>> = {
  'auth.test': { scopes: [], run: authTest },
  'users.info': { scopes: ['users:read'], run: usersInfo },
  'conversations.info': { scopes: ['channels:read', 'groups:read', 'im:read'], run: conversationsInfo },
  'conversations.open': { scopes: ['im:write', 'channels:manage'], run: conversationsOpen }
}

function authTest({ workspace: { team, app }, url }: Call): Record<string, unknown> {
  return {
    url: `${url}/`,
    team: team.domain,
    user: app.name,
    team_id: team.id,
    user_id: app.botUser,
    bot_id: app.botId,
    is_enterprise_install: false
  }
}

function usersInfo({ workspace, args }: Call): Record<string, unknown> {
  const user = workspace.users.get(requiredText(args, 'user'))
  if (!user) throw new SlackApiError('user_not_found')
  const isStranger = user.team !== workspace.team.id
  return {
    user: {
      id: user.id,
      team_id: user.team,
      name: user.name,
      deleted: user.isDeleted,
      real_name: user.realName,
      tz: user.timeZone,
      profile: { real_name: user.realName, display_name: user.name },
      is_bot: user.isBot,
      // People of other workspaces come without their rights.
      ...(isStranger
        ? { is_stranger: true }
        : {
            is_admin: user.isAdmin,
            is_owner: false,
            is_restricted: user.isRestricted || user.isUltraRestricted,
            is_ultra_restricted: user.isUltraRestricted
          })
    }
  }
}

function conversationsInfo({ workspace, args }: Call): Record<string, unknown> {
  const channel = workspace.channels.get(requiredText(args, 'channel'))
  if (!channel || !isVisible(channel)) throw new SlackApiError('channel_not_found')
  return { channel: channelObject(channel) }
}

function channelObject(channel: Channel): Record<string, unknown> {
  const isDirect = channel.kind === 'im'
  const canvas = channel.canvasId === undefined ? {} : { canvas: { file_id: channel.canvasId, is_empty: false } }
  return {
    id: channel.id,
    ...(isDirect ? { user: [...channel.members][0] } : { name: channel.name }),
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: isDirect,
    is_private: channel.kind !== 'public',
    is_archived: channel.isArchived,
    is_member: channel.hasApp,
    is_shared: channel.isShared,
    is_ext_shared: channel.isShared,
    properties: canvas
  }
}

function conversationsOpen({ workspace, args }: Call): Record<string, unknown> {
  const users = requiredText(args, 'users').split(',')
  if (users.length !== 1) throw new SlackApiError('too_many_users')
  if (!workspace.users.has(users[0]!)) throw new SlackApiError('user_not_found')
  return { channel: { id: directChannelWith(workspace, users[0]!).id } }
}
