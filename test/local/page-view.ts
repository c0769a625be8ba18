import type { SlackServer } from '../stand-ins/slack/server.ts'
import type { Message, Modal } from '../stand-ins/slack/workspace.ts'

/*
 * What one person sees, as the page gets it.
 */

export interface MessageView {
  readonly channel: string
  readonly ts: string
  readonly author: string
  readonly isApp: boolean
  readonly isEphemeral: boolean
  readonly isEdited: boolean
  readonly isDeleted: boolean
  readonly text: string
  readonly blocks: readonly unknown[]
  readonly files: readonly { readonly name: string; readonly title: string }[]
}

export interface ModalView {
  readonly id: string
  readonly isOpen: boolean
  readonly view: unknown
  readonly errors: Readonly<Record<string, string>>
  readonly hash: string
}

export interface Snapshot {
  readonly team: string
  readonly viewer: string
  readonly users: readonly { readonly id: string; readonly name: string; readonly realName: string }[]
  readonly channels: readonly { readonly id: string; readonly name: string; readonly isDirect: boolean }[]
  readonly messages: readonly MessageView[]
  readonly modals: readonly ModalView[]
}

/** Shown at the most, of each channel. */
const shownMessages = 200

export const isSeenBy = (message: Message, viewer: string): boolean =>
  message.onlyFor === undefined || message.onlyFor === viewer

export function snapshotFor({ workspace }: SlackServer, viewer: string): Snapshot {
  const channels = [...workspace.channels.values()].filter(({ members }) => members.has(viewer))
  return {
    team: workspace.team.domain,
    viewer,
    users: [...workspace.users.values()]
      .filter(({ isBot }) => !isBot)
      .map(({ id, name, realName }) => ({ id, name, realName })),
    channels: channels.map(({ id, name, kind }) => ({
      id,
      name: kind === 'im' ? workspace.app.name : name,
      isDirect: kind === 'im'
    })),
    messages: channels.flatMap(({ messages }) =>
      messages
        .filter((message) => isSeenBy(message, viewer) && !message.isDeleted)
        .slice(-shownMessages)
        .map((message) => messageView({ workspace }, message))
    ),
    modals: workspace.modals.filter(({ user, isOpen }) => isOpen && user === viewer).map(modalView)
  }
}

export function messageView({ workspace }: Pick<SlackServer, 'workspace'>, message: Message): MessageView {
  const isApp = message.user === workspace.app.botUser
  const author = workspace.users.get(message.user)?.realName ?? 'Slackbot'
  return {
    channel: message.channel,
    ts: message.ts,
    author,
    isApp,
    isEphemeral: message.onlyFor !== undefined,
    isEdited: message.versions.length > 1,
    isDeleted: message.isDeleted,
    text: message.text,
    blocks: message.blocks,
    files: message.files.map((id) => workspace.files.get(id)!).map(({ name, title }) => ({ name, title }))
  }
}

export function modalView({ id, isOpen, view, errors, hash }: Modal): ModalView {
  return { id, isOpen, view, errors, hash }
}
