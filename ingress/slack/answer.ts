import type { SlackBlock } from '../../worker/report/slack/blocks.ts'
import type { FunctionUrlResult } from '../jobs/function-url.ts'
import { json, plainText } from '../jobs/http-answers.ts'

/*
 * What Slack gets at once. A person's request is always answered with 200 and a text that only they see. For any other
 * status Slack shows a failure text of its own.
 */

/** A message for one person. `text` stands alone where blocks are not shown, such as in a notification. */
export interface Ephemeral {
  readonly text: string
  readonly blocks?: readonly SlackBlock[]
}

/** Shows a message to the person who sent the command. */
export function ephemeral(message: Ephemeral): FunctionUrlResult {
  return json({ response_type: 'ephemeral', ...message })
}

/** Acknowledges, and shows nothing. */
export const acknowledge = (): FunctionUrlResult => plainText(200, '')
