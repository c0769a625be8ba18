import { spawnSync } from 'node:child_process'
import type { S3Server } from '../stand-ins/s3/server.ts'
import { grepLines } from '../support/oracle.ts'

/** Where the objects of a category's day are. */
export interface DayOfCategory {
  readonly bucket: string
  /** `telemetry/2023/10/01/` */
  readonly prefix: string
}

/**
 * What an entry must hold: `zcat OBJECT | grep -F IDENTIFIER` over the objects that lie in the store, in the order of
 * their keys. Of an object that ends early, the lines that zcat could still read whole.
 */
export function expectedLines(s3: S3Server, { bucket, prefix }: DayOfCategory, identifier: string): Buffer {
  const keys = s3.keys(bucket).filter((key) => key.startsWith(prefix))
  if (keys.length === 0) throw new Error(`${bucket} has nothing below ${prefix}`)
  const objects = keys.map((key) => s3.get(bucket, key)!)
  const whole = zcat(Buffer.concat(objects))
  const texts = whole.isDamaged ? objects.map(readableLines) : [whole.text]
  return grepLines(Buffer.concat(texts), [identifier])
}

function readableLines(object: Buffer): Buffer {
  const { text, isDamaged } = zcat(object)
  return isDamaged ? text.subarray(0, text.lastIndexOf('\n') + 1) : text
}

function zcat(stored: Buffer): { readonly text: Buffer; readonly isDamaged: boolean } {
  const { error, status, stdout } = spawnSync('zcat', { input: stored, maxBuffer: 1e9 })
  // At the first damage it stops listening.
  if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  return { text: stdout, isDamaged: status !== 0 }
}
