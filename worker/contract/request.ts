import { z } from 'zod'
import { isoSeconds, typedWindow, type Window } from './window.ts'
import { quoteItem } from './words.ts'

/*
 * What was asked for, complete and checked: the shape that job records, manifests and `--json` carry. How words become
 * a request stands in parse-request.ts.
 */

/** How identifiers are compared: `grep -F`, or `grep -F -w` in the C locale. */
export type Match = 'text' | 'word'
/** `ignore` is what `grep -i` adds in the C locale: ASCII letters only. */
export type Case = 'exact' | 'ignore'

const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:00:00Z$/)

/** What reads the logs: `auto` leaves it to `worker/model/engine.ts`. */
export type WantedEngine = 'auto' | 'scan' | 'athena'

/** How a kept record is written; `auto` is what the category's format says. */
export type WantedOutput = 'auto' | 'raw' | 'text' | 'json'
/** What the time of a request is compared with: when objects arrived, by their keys, or the records' own times. */
export type TimeOf = 'key' | 'event'

/** The shape of a request wherever it is stored. */
export const requestSchema = z.strictObject({
  identifiers: z.array(z.string().min(1)).min(1).readonly(),
  categories: z.array(z.string().min(1)).min(1).readonly(),
  from: instant,
  to: instant,
  environment: z.string().min(1),
  match: z.enum(['text', 'word']),
  case: z.enum(['exact', 'ignore']),
  engine: z.enum(['auto', 'scan', 'athena']).default('auto'),
  format: z.enum(['auto', 'raw', 'text', 'json']).default('auto'),
  window: z.enum(['key', 'event']).default('key')
})

/** One export as asked: `from` is included, `to` is not; both are UTC on a whole hour. */
export type ExportRequest = Readonly<z.output<typeof requestSchema>>

/** Reads a request back from JSON. @throws ZodError when it is not one. */
export function decodeRequest(value: unknown): ExportRequest {
  return requestSchema.parse(value)
}

/** The request as JSON with its keys in one order, so that equal requests are equal bytes. */
export function encodeRequest(request: ExportRequest): string {
  return JSON.stringify(requestSchema.parse(request))
}

/** The request's span of time. Whole days are told as days. */
export function windowOf(request: ExportRequest): Window {
  const isDays = request.from.includes('T00:') && request.to.includes('T00:')
  return { fromMs: Date.parse(request.from), toMs: Date.parse(request.to), unit: isDays ? 'day' : 'hour' }
}

/** The request as the words that would ask for it again: `THING00001 telemetry,command 2023-10-01 dev match=word`. */
export function wordsOf(request: ExportRequest): string[] {
  const options = [
    ...(request.match === 'text' ? [] : [`match=${request.match}`]),
    ...(request.case === 'exact' ? [] : [`case=${request.case}`]),
    ...(request.engine === 'auto' ? [] : [`engine=${request.engine}`]),
    ...(request.format === 'auto' ? [] : [`format=${request.format}`]),
    ...(request.window === 'key' ? [] : [`window=${request.window}`])
  ]
  const identifiers = request.identifiers.map(quoteItem).join(',')
  return [identifiers, request.categories.join(','), typedWindow(windowOf(request)), request.environment, ...options]
}

/** The request in one line for people: `THING00001 · telemetry, command · 2023-10-01 (UTC) · dev`. */
export function describeRequest(request: ExportRequest): string {
  const options = wordsOf(request).slice(4)
  const named = request.identifiers.slice(0, 3).join(', ')
  const others = request.identifiers.length > 3 ? ` and ${request.identifiers.length - 3} more` : ''
  const when = `${typedWindow(windowOf(request))} (UTC)`
  return [named + others, request.categories.join(', '), when, request.environment, ...options].join(' · ')
}

/** Builds a request from its parts. */
export function createRequest(span: Window, parts: Omit<ExportRequest, 'from' | 'to'>): ExportRequest {
  const { identifiers, categories, environment, match, case: letters, engine, format, window } = parts
  const times = { from: isoSeconds(span.fromMs), to: isoSeconds(span.toMs) }
  return { identifiers, categories, ...times, environment, match, case: letters, engine, format, window }
}
