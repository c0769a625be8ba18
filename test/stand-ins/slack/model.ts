/*
 * People, channels and messages of a workspace, as tests see them.
 */

export interface UserOptions {
  readonly id: string
  readonly name: string
  readonly realName?: string
  /** Default: `Asia/Tokyo`. */
  readonly timeZone?: string
  readonly isAdmin?: boolean
  /** A multi-channel guest. */
  readonly isRestricted?: boolean
  /** A single-channel guest. */
  readonly isUltraRestricted?: boolean
  readonly isDeleted?: boolean
  /** Another workspace than ours makes an external person of Slack Connect. */
  readonly team?: string
}

export type User = Required<UserOptions> & { readonly isBot: boolean }

export interface ChannelOptions {
  readonly id: string
  readonly name: string
  /** Default: `public`. */
  readonly kind?: 'public' | 'private'
  /** User ids. Default: everybody. */
  readonly members?: readonly string[]
  /** Whether the app's bot was invited. Default: yes. */
  readonly hasApp?: boolean
  readonly isArchived?: boolean
  /** Shared with another organisation. */
  readonly isShared?: boolean
}

export interface Channel {
  readonly id: string
  readonly name: string
  readonly kind: 'public' | 'private' | 'im'
  readonly members: Set<string>
  hasApp: boolean
  isArchived: boolean
  readonly isShared: boolean
  canvasId: string | undefined
  /** In the order they came; the deleted ones too. */
  readonly messages: Message[]
}

/** One look of a message. */
export interface MessageContent {
  readonly text: string
  readonly blocks: readonly Block[]
}

export type Block = Readonly<Record<string, unknown>> & { readonly type: string; readonly block_id?: string }

export interface Message extends MessageContent {
  readonly channel: string
  readonly ts: string
  /** Who wrote it; the bot's user for the app. */
  readonly user: string
  readonly threadTs: string | undefined
  readonly files: readonly string[]
  /** Only this user sees it. */
  readonly onlyFor: string | undefined
  text: string
  blocks: readonly Block[]
  /** Every look it has had, the present one last, and when; the oldest are forgotten beyond 1,000. */
  readonly versions: readonly (MessageContent & { readonly atMs: number })[]
  isDeleted: boolean
}

/** A modal that a user sees. */
export interface Modal {
  readonly id: string
  readonly user: string
  /** As it was sent, blocks with their ids. */
  view: Readonly<Record<string, unknown>> & { readonly blocks: readonly Block[] }
  hash: string
  /** What the app found wrong at the last submission, by block id. */
  errors: Readonly<Record<string, string>>
  isOpen: boolean
}

export interface SlackFile {
  readonly id: string
  readonly name: string
  readonly length: number
  title: string
  bytes: Buffer | undefined
  isComplete: boolean
}

export interface Canvas {
  readonly id: string
  title: string
  markdown: string
  readonly channel: string | undefined
}

export type Change =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'modal'; readonly modal: Modal }
  | { readonly kind: 'canvas'; readonly canvas: Canvas }
  /** Nothing may have changed, but a request was answered, or lost. */
  | { readonly kind: 'request' }

export interface WorkspaceOptions {
  readonly team?: { readonly id: string; readonly domain: string; readonly enterprise?: string }
  readonly app?: { readonly id: string; readonly name: string; readonly botUser: string; readonly botId: string }
  readonly users?: readonly UserOptions[]
  readonly channels?: readonly ChannelOptions[]
  readonly nowMs?: () => number
  /** Whether people can have direct messages from the app (`app_home.messages_tab_enabled`). Default: yes. */
  readonly hasMessagesTab?: boolean
}
