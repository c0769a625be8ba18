import type { IncomingHttpHeaders } from 'node:http'
import { SlackApiError } from './api-error.ts'

/** The arguments of a call, whatever way they came. In a form everything is a string, and what is not is JSON in one. */
export type Arguments = Readonly<Record<string, unknown>>

export interface ReadArguments {
  readonly args: Arguments
  readonly token: string | undefined
}

/** Reads a form or JSON. @throws SlackApiError as Slack refuses what is neither */
export function readArguments(headers: IncomingHttpHeaders, query: URLSearchParams, body: Buffer): ReadArguments {
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const fromQuery = Object.fromEntries(query)
  if (body.length === 0) return { args: fromQuery, token: bearer ?? fromQuery.token }
  if (type === 'application/json') {
    const parsed = parseJson(body.toString(), 'invalid_json')
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      throw new SlackApiError('json_not_object')
    // A token in a JSON body is not looked at.
    return { args: { ...fromQuery, ...parsed }, token: bearer }
  }
  if (type !== 'application/x-www-form-urlencoded') {
    throw new SlackApiError(type === 'multipart/form-data' ? 'invalid_form_data' : 'invalid_post_type')
  }
  const { token, ...args } = { ...fromQuery, ...Object.fromEntries(new URLSearchParams(body.toString())) } as Record<
    string,
    string
  >
  return { args, token: bearer ?? token }
}

/** A text that must be there. */
export function requiredText(args: Arguments, name: string): string {
  const value = optionalText(args, name)
  if (value === undefined || value === '') throw missing(name)
  return value
}

export function optionalText(args: Arguments, name: string): string | undefined {
  const value = args[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw wrong(name, 'must be a string')
}

export function isSet(args: Arguments, name: string): boolean {
  const value = args[name]
  return value === true || value === 'true' || value === '1' || value === 1
}

/** A structure: itself in a JSON body, JSON in a string otherwise. Undefined where there is none. */
export function optionalJson(args: Arguments, name: string, code = 'invalid_arguments'): unknown {
  const value = args[name]
  if (typeof value !== 'string') return value ?? undefined
  return parseJson(value, code)
}

export function missing(name: string): SlackApiError {
  return new SlackApiError('invalid_arguments', {
    response_metadata: { messages: [`[ERROR] missing required field: ${name}`] }
  })
}

export function wrong(name: string, problem: string): SlackApiError {
  return new SlackApiError('invalid_arguments', {
    response_metadata: { messages: [`[ERROR] ${problem} [json-pointer:/${name}]`] }
  })
}

function parseJson(text: string, code: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SlackApiError(code)
  }
}
