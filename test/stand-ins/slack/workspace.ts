import { randomBytes } from 'node:crypto'
import type {
  Block,
  Canvas,
  Change,
  Channel,
  ChannelOptions,
  Message,
  MessageContent,
  Modal,
  SlackFile,
  User,
  UserOptions,
  WorkspaceOptions
} from './model.ts'

/*
 * What a workspace holds: people, channels and what was said in them. Everything is in memory and open to tests.
 */

export type * from './model.ts'

const keptVersions = 1_000
/** A load test posts thousands of messages; a stand-in need not remember more. */
const keptMessages = 20_000

const defaultUsers: readonly UserOptions[] = [
  { id: 'U0MINA', name: 'mina', realName: 'Mina Support' },
  { id: 'U0OPS', name: 'omar', realName: 'Omar Operator', isAdmin: true, timeZone: 'Europe/Berlin' },
  { id: 'U0GUEST', name: 'gus', realName: 'Gus Guest', isUltraRestricted: true },
  { id: 'U0OTHER', name: 'eve', realName: 'Eve External', team: 'T0ELSEWHERE' }
]
const defaultChannels: readonly ChannelOptions[] = [{ id: 'C0SUPPORT', name: 'iot-support' }]

export class Workspace {
  readonly team: NonNullable<WorkspaceOptions['team']>
  readonly app: NonNullable<WorkspaceOptions['app']>
  readonly users = new Map<string, User>()
  readonly channels = new Map<string, Channel>()
  readonly modals: Modal[] = []
  readonly files = new Map<string, SlackFile>()
  readonly canvases = new Map<string, Canvas>()
  readonly nowMs: () => number
  readonly hasMessagesTab: boolean
  readonly #listeners = new Set<(change: Change) => void>()
  #lastStampUs = 0

  constructor(options: WorkspaceOptions = {}) {
    this.team = options.team ?? { id: 'T0IOTLOG', domain: 'iot-log' }
    this.app = options.app ?? { id: 'A0IOTLOG', name: 'iot-log', botUser: 'U0BOT', botId: 'B0BOT' }
    this.nowMs = options.nowMs ?? Date.now
    this.hasMessagesTab = options.hasMessagesTab ?? true
    for (const user of options.users ?? defaultUsers) this.addUser(user)
    this.addUser({ id: this.app.botUser, name: this.app.name, realName: this.app.name }, true)
    for (const channel of options.channels ?? defaultChannels) this.addChannel(channel)
  }

  addUser(user: UserOptions, isBot = false): User {
    const added: User = {
      realName: user.name,
      timeZone: 'Asia/Tokyo',
      isAdmin: false,
      isRestricted: false,
      isUltraRestricted: false,
      isDeleted: false,
      team: this.team.id,
      ...user,
      isBot
    }
    this.users.set(user.id, added)
    return added
  }

  addChannel(channel: ChannelOptions): Channel {
    const added: Channel = {
      id: channel.id,
      name: channel.name,
      kind: channel.kind ?? 'public',
      members: new Set(channel.members ?? [...this.users.keys()].filter((id) => id !== this.app.botUser)),
      hasApp: channel.hasApp ?? true,
      isArchived: channel.isArchived ?? false,
      isShared: channel.isShared ?? false,
      canvasId: undefined,
      messages: []
    }
    this.channels.set(added.id, added)
    return added
  }

  /** The direct channel between the app and a user; opens it if there is none. */
  directChannel(user: string): Channel {
    const id = `D${user.slice(1)}`
    const known = this.channels.get(id)
    if (known) return known
    const opened: Channel = {
      id,
      name: 'directmessage',
      kind: 'im',
      members: new Set([user]),
      hasApp: true,
      isArchived: false,
      isShared: false,
      canvasId: undefined,
      messages: []
    }
    this.channels.set(id, opened)
    return opened
  }

  post(
    channel: Channel,
    content: MessageContent,
    more: { user?: string; onlyFor?: string; threadTs?: string | undefined; files?: readonly string[] } = {}
  ): Message {
    const ts = this.#nextStamp()
    const look = { text: content.text, blocks: withBlockIds(content.blocks) }
    const message: Message = {
      channel: channel.id,
      ts,
      user: more.user ?? this.app.botUser,
      threadTs: more.threadTs,
      files: more.files ?? [],
      onlyFor: more.onlyFor,
      ...look,
      versions: [{ ...look, atMs: this.nowMs() }],
      isDeleted: false
    }
    channel.messages.push(message)
    if (channel.messages.length > keptMessages) channel.messages.splice(0, keptMessages / 10)
    this.#notify({ kind: 'message', message })
    return message
  }

  edit(message: Message, content: MessageContent): void {
    message.text = content.text
    message.blocks = withBlockIds(content.blocks)
    const versions = message.versions as (MessageContent & { atMs: number })[]
    versions.push({ text: message.text, blocks: message.blocks, atMs: this.nowMs() })
    if (versions.length > keptVersions) versions.shift()
    this.#notify({ kind: 'message', message })
  }

  delete(message: Message): void {
    message.isDeleted = true
    this.#notify({ kind: 'message', message })
  }

  find(channel: string, ts: string): Message | undefined {
    return this.channels.get(channel)?.messages.findLast((message) => message.ts === ts)
  }

  openModal(user: string, view: Readonly<Record<string, unknown>>): Modal {
    const modal: Modal = {
      id: `V${randomBytes(6).toString('hex').toUpperCase()}`,
      user,
      view: withIdsOfView(view),
      hash: newHash(this.nowMs()),
      errors: {},
      isOpen: true
    }
    this.modals.push(modal)
    if (this.modals.length > keptVersions) this.modals.shift()
    this.#notify({ kind: 'modal', modal })
    return modal
  }

  changeModal(
    modal: Modal,
    change: { view?: Readonly<Record<string, unknown>>; errors?: Readonly<Record<string, string>>; isOpen?: boolean }
  ): void {
    if (change.view) {
      modal.view = withIdsOfView(change.view)
      modal.hash = newHash(this.nowMs())
    }
    modal.errors = change.errors ?? {}
    modal.isOpen = change.isOpen ?? modal.isOpen
    this.#notify({ kind: 'modal', modal })
  }

  putCanvas(canvas: Canvas): void {
    this.canvases.set(canvas.id, canvas)
    this.#notify({ kind: 'canvas', canvas })
  }

  noteRequest(): void {
    this.#notify({ kind: 'request' })
  }

  /** Calls back at every change, until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #notify(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** `1700000000.000100`: seconds and a part that makes it the only one. */
  #nextStamp(): string {
    this.#lastStampUs = Math.max(this.#lastStampUs + 1, Math.floor(this.nowMs()) * 1000)
    const digits = String(this.#lastStampUs)
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`
  }
}

export const newId = (letter: string): string => letter + randomBytes(5).toString('hex').toUpperCase()

const newHash = (nowMs: number): string => `${Math.floor(nowMs / 1000)}.${randomBytes(4).toString('hex')}`

/** Slack gives every block an id that has none. */
function withBlockIds(blocks: readonly Block[]): readonly Block[] {
  return blocks.map((block) => (block.block_id === undefined ? { ...block, block_id: newBlockId() } : block))
}

const newBlockId = (): string => randomBytes(4).toString('base64url').slice(0, 5)

function withIdsOfView(view: Readonly<Record<string, unknown>>): Modal['view'] {
  const blocks = withBlockIds(view.blocks as readonly Block[]).map((block) => {
    const element = block.element as Record<string, unknown> | undefined
    if (!element || element.action_id !== undefined) return block
    return { ...block, element: { ...element, action_id: newBlockId() } }
  })
  return { ...view, blocks }
}
