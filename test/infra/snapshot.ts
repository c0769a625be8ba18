import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const directory = fileURLToPath(new URL('./snapshots/', import.meta.url))

/** Compares a text with the committed one; with UPDATE_SNAPSHOTS=1 it is written instead, to be reviewed in the diff. */
export function assertSnapshot(name: string, text: string): void {
  const path = directory + name
  if (process.env.UPDATE_SNAPSHOTS === '1') {
    mkdirSync(directory, { recursive: true })
    writeFileSync(path, text)
  }
  assert.equal(text, readFileSync(path, 'utf8'), `${name}: if this is meant, run the test with UPDATE_SNAPSHOTS=1`)
}
