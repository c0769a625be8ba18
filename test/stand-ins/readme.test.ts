import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'

/*
 * The example of each stand-in's README runs as it stands, from the folder of the README.
 */

for (const path of globSync('*/README.md', { cwd: import.meta.dirname })) {
  test(`the example of ${path} works`, () => {
    const file = `${import.meta.dirname}/${path}`
    const [, example] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(file, 'utf8'))!
    const args = ['--input-type=module-typescript', '--eval', example!]
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: dirname(file), encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  })
}
