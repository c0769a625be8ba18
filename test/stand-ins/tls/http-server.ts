import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Identity } from './identity.ts'

/** A server that keeps its connections; over TLS where it has an identity. */
export function createHttpServer(identity: Identity | undefined, answer: RequestListener): Server {
  const options = { keepAliveTimeout: 60_000 }
  return identity ? createTlsServer({ ...options, ...identity }, answer) : createServer(options, answer)
}
