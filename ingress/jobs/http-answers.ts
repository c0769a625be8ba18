import type { FunctionUrlResult } from './function-url.ts'

/*
 * The HTTP answers of the ingress. None of them may be cached.
 */

const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

export function json(value: object): FunctionUrlResult {
  const headers = { ...always, 'content-type': 'application/json; charset=utf-8' }
  return { statusCode: 200, headers, body: JSON.stringify(value) }
}

export function plainText(statusCode: number, body: string): FunctionUrlResult {
  return { statusCode, headers: { ...always, 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** Redirects a browser. The target does not learn our link from a Referer header. */
export function redirect(location: string): FunctionUrlResult {
  return { statusCode: 302, headers: { ...always, 'referrer-policy': 'no-referrer', location }, body: '' }
}

/** A small page for people who followed a link, legible on a phone. */
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
