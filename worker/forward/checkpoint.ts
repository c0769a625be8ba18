import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import * as z from 'zod'
import { IotLogError, messageOf } from '../contract/errors.ts'

/*
 * The progress of a backfill, in a local file from which the same command resumes. It is at most a second behind the
 * sink. Records that are sent twice have the same ids.
 */

const count = z.int().nonnegative()
const totalsSchema = z.strictObject({
  objects: count,
  records: count,
  sent: count,
  rejected: count,
  filtered: count,
  unparsed: count
})
const checkpointSchema = z.strictObject({
  version: z.literal(1),
  /** Identifies the backfill: no other one resumes from here. */
  task: z.string(),
  category: z.string(),
  /** All objects before this key are done. */
  key: z.string(),
  /** The records of that object, in its version, before this number are done; null: all of them. */
  record: count.nullable(),
  objectVersion: z.string().nullable(),
  totals: totalsSchema,
  /** Objects that were not forwarded to their end, and why. */
  failures: z.array(z.strictObject({ key: z.string(), why: z.string() }))
})

export type Checkpoint = Readonly<z.output<typeof checkpointSchema>>
export type BackfillTotals = z.output<typeof totalsSchema>

/** The checkpoint of a task; undefined if there is none. @throws IotLogError (`wrong-config`) for one of another task */
export function readCheckpoint(path: string, task: string): Checkpoint | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw fileError('read', path, error)
  }
  const parsed = checkpointSchema.safeParse(parseJson(text))
  if (parsed.success && parsed.data.task === task) return parsed.data
  const what = parsed.success ? 'the checkpoint of another command' : 'not a checkpoint'
  const advice = 'start over with --restart, or choose another --checkpoint'
  throw new IotLogError('wrong-config', `${path} is ${what}: ${advice}`, { subject: path })
}

/** Replaces the checkpoint in one step: a process that crashes leaves the old one or the new one. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  const temporary = `${path}.new`
  try {
    writeFileSync(temporary, JSON.stringify(checkpoint))
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw fileError('write', path, error)
  }
}

export function removeCheckpoint(path: string): void {
  rmSync(path, { force: true })
}

function fileError(verb: 'read' | 'write', path: string, error: unknown): IotLogError {
  const text = `Could not ${verb} the checkpoint ${path}: ${messageOf(error)}`
  return new IotLogError('io', text, { subject: path, cause: error })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
