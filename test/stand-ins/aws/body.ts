import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

const maxBodyBytes = 1024 ** 2

export function parseBody(body: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString())
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>
    }
  } catch {}
  throw new Refusal('SerializationException', 'The body is not a JSON object')
}

export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= maxBodyBytes) chunks.push(chunk)
  }
  if (length > maxBodyBytes) throw new Refusal('RequestEntityTooLargeException', 'The body is too large', 413)
  return Buffer.concat(chunks)
}
