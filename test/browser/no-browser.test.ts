import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** Runs the two tests of the form where no browser is installed. */
function runWithoutBrowser(environment: Readonly<Record<string, string>>): { code: number | null; printed: string } {
  using empty = temporaryDirectory()
  const file = fileURLToPath(new URL('form.test.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', file], {
    env: { PATH: empty.path, ...environment },
    encoding: 'utf8'
  })
  return { code: status, printed: stdout + stderr }
}

test('a test in a browser is skipped with a warning without a browser', () => {
  const { code, printed } = runWithoutBrowser({})
  assert.equal(code, 0, printed)
  assert.match(printed, /^# tests 2\n[\s\S]*^# pass 0\n# fail 0\n# cancelled 0\n# skipped 2$/m)
  assert.equal(printed.match(/SKIPPED: .*: there is no chromium in the PATH/g)?.length, 2)
})

test('a test in a browser fails without a browser when nothing may be skipped', () => {
  const { code, printed } = runWithoutBrowser({ IOT_LOG_REQUIRE_ALL: '1' })
  assert.equal(code, 1, printed)
  assert.match(printed, /^# pass 0\n# fail 2\n# cancelled 0\n# skipped 0$/m)
  assert.match(printed, /IOT_LOG_REQUIRE_ALL=1: there is no chromium in the PATH/)
})
