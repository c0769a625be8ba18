import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { IotLogError, messageOf } from '../contract/errors.ts'

/*
 * How far a backfill has come, in a file beside whoever runs it: the same command goes on from there. It is behind the
 * sink by a second at most; what is sent twice bears the same ids.
 */

const totalsSchema = z.strictObject({
  objects: z.int().nonnegative(),
  records: z.int().nonnegative(),
  sent: z.int().nonnegative(),
  rejected: z.int().nonnegative(),
  filtered: z.int().nonnegative(),
  unparsed: z.int().nonnegative()
})
const checkpointSchema = z.strictObject({
  version: z.literal(1),
  /** Which backfill it is: another one does not go on from here. */
  task: z.string(),
  category: z.string(),
  /** All objects before this key are through. */
  key: z.string(),
  /** Of that object, in its version, the records before this number; null: all of it. */
  record: z.int().nonnegative().nullable(),
  objectVersion: z.string().nullable(),
  totals: totalsSchema,
  /** Objects that could not be forwarded whole, by key, and why. */
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
    throw new IotLogError('io', `Could not read the checkpoint ${path}: ${messageOf(error)}`, {
      subject: path,
      cause: error
    })
  }
  const parsed = checkpointSchema.safeParse(parseJson(text))
  if (parsed.success && parsed.data.task === task) return parsed.data
  const what = parsed.success ? 'the checkpoint of another command' : 'not a checkpoint'
  throw new IotLogError(
    'wrong-config',
    `${path} is ${what}: start over with --restart, or choose another --checkpoint`,
    {
      subject: path
    }
  )
}

/** Replaces the checkpoint at once: a process that dies leaves the old one or the new one. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  const temporary = `${path}.new`
  try {
    writeFileSync(temporary, JSON.stringify(checkpoint))
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new IotLogError('io', `Could not write the checkpoint ${path}: ${messageOf(error)}`, {
      subject: path,
      cause: error
    })
  }
}

export function removeCheckpoint(path: string): void {
  rmSync(path, { force: true })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
