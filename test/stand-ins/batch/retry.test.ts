import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EvaluateOnExit, isRetried } from './retry.ts'

/** The rules of this system's job definition. */
const rules: readonly EvaluateOnExit[] = [
  { onStatusReason: 'Your Spot Task was interrupted*', action: 'RETRY' },
  { onReason: 'CannotPullContainerError:*', action: 'RETRY' },
  { onExitCode: '2', action: 'EXIT' },
  { onExitCode: '143', onReason: '*', action: 'retry' },
  { onReason: '*', action: 'EXIT' }
]
const strategy = { attempts: 3, evaluateOnExit: rules }
const end = (exitCode: number | undefined, reason?: string, statusReason?: string) => ({
  exitCode,
  reason,
  statusReason
})

const cases: readonly (readonly [string, ReturnType<typeof end>, boolean])[] = [
  ['a Spot interruption', end(137, undefined, 'Your Spot Task was interrupted.'), true],
  ['an image that can not be pulled', end(undefined, 'CannotPullContainerError: not found'), true],
  ['a wrong record', end(2), false],
  ['exit code 20, which only begins with 2', end(20), false],
  ['an interrupted attempt', end(143), true],
  ['any other failure', end(1, undefined, 'Essential container in task exited'), false]
]

for (const [name, how, expected] of cases) {
  test(`${name} is ${expected ? '' : 'not '}retried`, () => {
    assert.equal(isRetried(strategy, 1, how), expected)
  })
}

test('the last attempt is the last, and where no rule matches there is another', () => {
  assert.equal(isRetried(strategy, 3, end(143)), false)
  assert.equal(isRetried({ attempts: 2, evaluateOnExit: [] }, 1, end(1)), true)
  assert.equal(isRetried({ attempts: 2, evaluateOnExit: rules.slice(0, 3) }, 1, end(1)), true)
  assert.equal(isRetried({ attempts: 2, evaluateOnExit: [{ onExitCode: '2*', action: 'EXIT' }] }, 1, end(20)), false)
})
