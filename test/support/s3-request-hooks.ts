import type { Fault } from '../stand-ins/s3/faults.ts'
import type { S3Server } from '../stand-ins/s3/server.ts'

/*
 * Hooks on requests: a test that acts in the middle of an export acts when a given request reaches the server, and
 * never after a time.
 */

/** A request, by what it asks for and how many of its kind came before. */
export interface RequestHook {
  /** One that names a key: `GetObject`, `UploadPart`. */
  readonly operation: string
  readonly bucket: string
  /** 1 is the first from now on. Default: 1. */
  readonly number?: number
}

/** Calls back once when that request has come and before it is answered. */
export function onRequest(
  server: S3Server,
  { operation, bucket, number = 1 }: RequestHook,
  callback: () => void
): Disposable {
  let count = 0
  const watch: Fault = {
    operation,
    bucket,
    key: () => {
      if (++count === number) callback()
      return false
    },
    action: { kind: 'refuse-connection' }
  }
  server.faults.add(watch)
  return { [Symbol.dispose]: () => server.faults.remove(watch) }
}

/** A time without network. */
export interface Outage extends Disposable {
  readonly hasBegun: boolean
  /** Fulfilled when the server is back. */
  readonly over: Promise<void>
}

/** Takes the server off the network at a request, and brings it back after `durationMs`. Default: never. */
export function outageAt(server: S3Server, hook: RequestHook, durationMs?: number): Outage {
  const { promise: over, resolve, reject } = Promise.withResolvers<void>()
  let hasBegun = false
  const takeAway = async (): Promise<void> => {
    hasBegun = true
    await server.setOffline(true)
    if (durationMs === undefined) return
    await new Promise((ended) => setTimeout(ended, durationMs))
    await server.setOffline(false)
    resolve()
  }
  const watch = onRequest(server, hook, () => void takeAway().catch(reject))
  return {
    get hasBegun() {
      return hasBegun
    },
    over,
    [Symbol.dispose]: () => watch[Symbol.dispose]()
  }
}
