import { refusalWithProblems, SlackApiError } from './api-error.ts'
import { type Arguments, optionalJson, optionalText } from './arguments.ts'
import { maxBlocksText, problemsOfMessage, textLengthOf } from './blocks/blocks.ts'
import type { Block, MessageContent } from './workspace.ts'

/** What a message may be. */
export interface ContentRules {
  /** Types of blocks that are not known here. */
  readonly unsupportedBlocks: readonly string[]
  /** The most characters of text, and whether more of them are cut off or refused. */
  readonly maxText: number
  readonly isTextCut: boolean
}

/** 40,000 characters, where chat.postMessage cuts: https://docs.slack.dev/reference/methods/chat.postMessage */
export const maxPostedText = 40_000
/** https://docs.slack.dev/reference/methods/chat.update: more is `msg_too_long`. */
export const maxUpdatedText = 4_000

/** What the arguments say of text and blocks; undefined where they leave one out. @throws SlackApiError */
export function readContent(args: Arguments, rules: ContentRules): Partial<MessageContent> {
  const text = optionalText(args, 'text')
  if (text !== undefined && text.length > rules.maxText && !rules.isTextCut) throw new SlackApiError('msg_too_long')
  if (args.attachments !== undefined) throw new SlackApiError('attachments_not_known_here')
  const blocks = readBlocks(args, rules)
  return {
    ...(text === undefined ? {} : { text: text.slice(0, rules.maxText) }),
    ...(blocks === undefined ? {} : { blocks })
  }
}

/** The same for a new message, which must say something. */
export function readNewContent(args: Arguments, rules: ContentRules): MessageContent {
  const { text = '', blocks = [] } = readContent(args, rules)
  if (text === '' && blocks.length === 0) throw new SlackApiError('no_text')
  return { text, blocks }
}

function readBlocks(args: Arguments, { unsupportedBlocks }: ContentRules): readonly Block[] | undefined {
  const blocks = optionalJson(args, 'blocks', 'invalid_blocks_format')
  if (blocks === undefined) return undefined
  if (!Array.isArray(blocks)) throw new SlackApiError('invalid_blocks_format')
  const problems = problemsOfMessage(blocks, unsupportedBlocks)
  if (problems.length > 0) throw refusalWithProblems('invalid_blocks', problems)
  if (textLengthOf(blocks) > maxBlocksText) throw new SlackApiError('msg_blocks_too_long')
  return blocks as Block[]
}
