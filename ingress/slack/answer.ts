import type { SlackBlock } from '../../worker/report/slack/blocks.ts'
import type { FunctionUrlResult } from '../jobs/function-url.ts'

/*
 * What the ingress answers with. Whatever a person sent is answered with 200 and a text that only they see: Slack shows
 * any other status as a failure of its own words.
 */

/** A message for one person. `text` stands alone where blocks are not shown, such as in a notification. */
export interface Ephemeral {
  readonly text: string
  readonly blocks?: readonly SlackBlock[]
}

const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** Shows a message to the person who sent the command. */
export function ephemeral(message: Ephemeral): FunctionUrlResult {
  return json({ response_type: 'ephemeral', ...message })
}

/** Acknowledges, and shows nothing. */
export function acknowledge(): FunctionUrlResult {
  return { statusCode: 200, headers: { ...always, 'content-type': 'text/plain; charset=utf-8' }, body: '' }
}

export function json(value: object): FunctionUrlResult {
  const headers = { ...always, 'content-type': 'application/json; charset=utf-8' }
  return { statusCode: 200, headers, body: JSON.stringify(value) }
}

/** Refuses a request that Slack did not send; nobody but an operator reads the text. */
export function refuse(statusCode: number, text: string): FunctionUrlResult {
  return { statusCode, headers: { ...always, 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` }
}

/** Sends a browser on, without telling where it came from. */
export function redirect(location: string): FunctionUrlResult {
  return { statusCode: 302, headers: { ...always, 'referrer-policy': 'no-referrer', location }, body: '' }
}

/** A small page for whoever followed a link, legible on a phone. */
export function page(statusCode: number, title: string, text: string): FunctionUrlResult {
  const headers = {
    ...always,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'referrer-policy': 'no-referrer'
  }
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1.25rem; color: #1d1c1d }
  h1 { font-size: 1.4rem }
</style>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
</html>
`
  return { statusCode, headers, body }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (letter) => entities[letter]!)
