import { randomBytes } from 'node:crypto'
import { SlackApiError } from './api-error.ts'
import { missing, optionalJson, optionalText, requiredText, wrong } from './arguments.ts'
import { isRecord } from './blocks/checks.ts'
import type { Call, MethodEntry } from './call.ts'
import { isVisible } from './methods-chat.ts'
import { type Canvas, newId, type SlackFile } from './workspace.ts'

/*
 * Uploads in their three steps, and canvases.
 */

export const fileMethods: Readonly<Record<string, MethodEntry>> = {
  'files.getUploadURLExternal': { scopes: ['files:write'], run: getUploadUrl },
  'files.completeUploadExternal': { scopes: ['files:write'], run: completeUpload },
  'canvases.create': { scopes: ['canvases:write'], run: createCanvas },
  'canvases.edit': { scopes: ['canvases:write'], run: editCanvas },
  'conversations.canvases.create': { scopes: ['canvases:write'], run: createChannelCanvas }
}

const maxFileBytes = 1024 ** 3

function getUploadUrl({ workspace, args, url, uploads }: Call): Record<string, unknown> {
  const name = requiredText(args, 'filename')
  const length = Number(requiredText(args, 'length'))
  if (!Number.isInteger(length) || length <= 0) throw wrong('length', 'must be greater than 0')
  if (length > maxFileBytes) throw new SlackApiError('file_upload_size_restricted')
  const file: SlackFile = { id: newId('F'), name, length, title: name, bytes: undefined, isComplete: false }
  workspace.files.set(file.id, file)
  const secret = randomBytes(24).toString('base64url')
  uploads.set(secret, file.id)
  return { upload_url: `${url}/upload/v1/${secret}`, file_id: file.id }
}

function completeUpload({ workspace, args, url }: Call): Record<string, unknown> {
  const wanted = optionalJson(args, 'files')
  if (!Array.isArray(wanted) || wanted.length === 0) throw missing('files')
  const files = wanted.map((one) => {
    const file = isRecord(one) ? workspace.files.get(String(one.id)) : undefined
    if (!file?.bytes || file.isComplete) throw new SlackApiError('file_not_found')
    return { file, title: isRecord(one) && typeof one.title === 'string' ? one.title : file.name }
  })
  const channelId = optionalText(args, 'channel_id')
  const channel = channelId === undefined ? undefined : workspace.channels.get(channelId)
  if (channelId !== undefined && (!channel || !isVisible(channel))) throw new SlackApiError('channel_not_found')
  // `chat:write.public` does not help here.
  if (channel && !channel.hasApp) throw new SlackApiError('not_in_channel')
  for (const { file, title } of files) Object.assign(file, { title, isComplete: true })
  if (channel) {
    const text = optionalText(args, 'initial_comment') ?? ''
    const ids = files.map(({ file }) => file.id)
    workspace.post(channel, { text, blocks: [] }, { files: ids, threadTs: optionalText(args, 'thread_ts') })
  }
  return {
    files: files.map(({ file, title }) => ({
      id: file.id,
      title,
      name: file.name,
      size: file.length,
      url_private: `${url}/files/${file.id}/${encodeURIComponent(file.name)}`
    }))
  }
}

function createCanvas({ workspace, args }: Call): Record<string, unknown> {
  const channelId = optionalText(args, 'channel_id')
  if (channelId !== undefined && !workspace.channels.has(channelId)) throw new SlackApiError('channel_not_found')
  const canvas: Canvas = {
    id: newId('F'),
    title: optionalText(args, 'title') ?? '',
    markdown: readMarkdown(args.document_content === undefined ? undefined : optionalJson(args, 'document_content')),
    channel: channelId
  }
  workspace.putCanvas(canvas)
  return { canvas_id: canvas.id }
}

function createChannelCanvas(call: Call): Record<string, unknown> {
  const channel = call.workspace.channels.get(requiredText(call.args, 'channel_id'))
  if (!channel || !isVisible(channel)) throw new SlackApiError('channel_not_found')
  if (!channel.hasApp) throw new SlackApiError('not_in_channel')
  if (channel.canvasId !== undefined) throw new SlackApiError('channel_canvas_already_exists')
  const created = createCanvas(call)
  channel.canvasId = created.canvas_id as string
  return created
}

const edits = [
  'insert_after',
  'insert_before',
  'insert_at_start',
  'insert_at_end',
  'replace',
  'delete',
  'rename'
] as const

/** One change a call, of the whole canvas: sections are not known here. */
function editCanvas({ workspace, args }: Call): Record<string, unknown> {
  const canvas = workspace.canvases.get(requiredText(args, 'canvas_id'))
  if (!canvas) throw new SlackApiError('canvas_not_found')
  const changes = optionalJson(args, 'changes')
  if (!Array.isArray(changes) || changes.length === 0) throw missing('changes')
  if (changes.length > 1) throw wrong('changes', 'no more than 1 items allowed')
  const [change] = changes as unknown[]
  if (!isRecord(change) || !edits.includes(change.operation as (typeof edits)[number])) {
    throw wrong('changes/0/operation', `must be one of: ${edits.join(', ')}`)
  }
  if (change.section_id !== undefined) throw new SlackApiError('canvas_editing_failed', { detail: 'section_not_found' })
  if (change.operation === 'rename') canvas.title = readMarkdown(change.title_content)
  else {
    const markdown = readMarkdown(change.document_content)
    if (change.operation === 'replace') canvas.markdown = markdown
    else if (change.operation === 'insert_at_start') canvas.markdown = markdown + canvas.markdown
    else if (change.operation === 'insert_at_end') canvas.markdown += markdown
    else throw new SlackApiError('canvas_editing_failed', { detail: 'missing section_id' })
  }
  workspace.putCanvas(canvas)
  return {}
}

function readMarkdown(content: unknown): string {
  if (content === undefined) return ''
  if (!isRecord(content) || content.type !== 'markdown' || typeof content.markdown !== 'string') {
    throw wrong('document_content', 'must be {"type":"markdown","markdown":…}')
  }
  return content.markdown
}
