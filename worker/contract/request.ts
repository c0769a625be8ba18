import * as z from 'zod'
import { defaultOf, type RequestOptions, requestOptions, typedOptions, valuesOf } from './request-options.ts'
import { typedWindow, type Window, windowBetween } from './window.ts'
import { quoteItem } from './words.ts'

/*
 * What was asked for, complete and checked: the shape that job records, manifests and `--json` carry. How words become
 * a request stands in parse-request.ts.
 */

const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:00Z$/)

/** A stored request may lack an option that its release did not know: it has the default then. */
const optionSchemas = Object.fromEntries(
  requestOptions.map((option) => [option.key, z.enum(valuesOf(option)).default(defaultOf(option))])
) as unknown as { readonly [Key in keyof RequestOptions]: z.ZodType<RequestOptions[Key]> }

/** The shape of a request wherever it is stored. */
export const requestSchema = z.strictObject({
  identifiers: z.array(z.string().min(1)).min(1).readonly(),
  categories: z.array(z.string().min(1)).min(1).readonly(),
  from: instant,
  to: instant,
  environment: z.string().min(1),
  ...optionSchemas
})

/** One export as asked: `from` is included, `to` is not; both are UTC on a whole minute. */
export type ExportRequest = Readonly<z.output<typeof requestSchema>>

/** The request as JSON with its keys in one order, so that equal requests are equal bytes. */
export function encodeRequest(request: ExportRequest): string {
  return JSON.stringify(requestSchema.parse(request))
}

/** The request's span of time. */
export function windowOf(request: ExportRequest): Window {
  return windowBetween(Date.parse(request.from), Date.parse(request.to))
}

/** The window as people read it: `2023-10-01 (UTC)`, or `… (UTC, by record time)` if it selects records by their own time. */
export function describeWindow(request: ExportRequest): string {
  const selection = request.window === 'event' ? ', by record time' : ''
  return `${typedWindow(windowOf(request))} (UTC${selection})`
}

/** The request as the words that would ask for it again: `THING00001 telemetry,command 2023-10-01 dev match=word`. */
export function wordsOf(request: ExportRequest): string[] {
  const identifiers = request.identifiers.map(quoteItem).join(',')
  const window = typedWindow(windowOf(request))
  return [identifiers, request.categories.join(','), window, request.environment, ...typedOptions(request)]
}

/** The request in one line for people: `THING00001 · telemetry, command · 2023-10-01 (UTC) · dev`. */
export function describeRequest(request: ExportRequest): string {
  const named = request.identifiers.slice(0, 3).join(', ')
  const others = request.identifiers.length > 3 ? ` and ${request.identifiers.length - 3} more` : ''
  const when = describeWindow(request)
  return [named + others, request.categories.join(', '), when, request.environment, ...typedOptions(request)].join(
    ' · '
  )
}
