import type { RandomAccess, StoredObject } from '../../contract/store.ts'
import type { S3Connection } from './connection.ts'
import { SpanFetch } from './range-fetch.ts'

/** Large enough that the latency of a GET does not matter, and small enough for the memory. */
const spanBytes = 4 * 1024 * 1024

/** Reads any span of one version of an object, each by a GET. */
export function randomAccess(connection: S3Connection, object: StoredObject): RandomAccess {
  return {
    size: object.size,
    spanBytes,
    read: async (from, length) => {
      const to = Math.min(from + length, object.size)
      if (to <= from) return Buffer.alloc(0)
      const span = new SpanFetch(connection, object, from, to)
      const bytes = Buffer.allocUnsafe(to - from)
      let filled = 0
      void span.run()
      for (let chunk = await span.read(); chunk; chunk = await span.read()) filled += chunk.copy(bytes, filled)
      return bytes
    }
  }
}
