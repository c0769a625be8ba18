import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { everything, forwarding, synthesise } from './apps.ts'

/*
 * Synthesis stops at a finding of cdk-nag (AWS Solutions) and of CloudFormation's own validation; here it is looked at that
 * there is none, warnings included.
 */

describe('the templates', () => {
  it('of the reference configuration have no findings', () => {
    const { findings, templates, leftOut } = synthesise(undefined, { isValidated: true })
    assert.deepEqual(findings, [])
    assert.deepEqual(leftOut, [])
    assert.deepEqual([...templates.keys()].sort(), [
      'iot-log-dev-analytics',
      'iot-log-dev-export',
      'iot-log-dev-monitoring',
      'iot-log-dev-slack',
      'iot-log-dev-store'
    ])
  })

  it('need no word of how to deploy', () => {
    const { findings, templates } = synthesise((document) => {
      delete document.environments.dev.deploy
    })
    assert.deepEqual(findings, [])
    assert.equal(templates.size, 5)
  })

  it('of everything that can be configured have none either', () => {
    const { findings, templates, leftOut } = synthesise(everything, { isValidated: true })
    assert.deepEqual(findings, [])
    assert.deepEqual(leftOut, ['No stacks for archive: environments.archive.submit is missing: it runs no jobs'])
    assert.deepEqual([...templates.keys()].sort(), [
      'iot-log-dev-analytics',
      'iot-log-dev-delivery',
      'iot-log-dev-export',
      'iot-log-dev-forwarding',
      'iot-log-dev-monitoring',
      'iot-log-dev-slack',
      'iot-log-dev-store',
      'iot-log-prod-analytics',
      'iot-log-prod-export',
      'iot-log-prod-monitoring',
      'iot-log-prod-store',
      'iot-log-stg-export',
      'iot-log-stg-monitoring'
    ])
  })

  it('leave forwarding out, and say so, where the build has no forwarder', () => {
    const { templates, leftOut } = synthesise(forwarding, { parts: ['worker', 'slack', 'job-events'] })
    assert.ok(!templates.has('iot-log-dev-forwarding'))
    assert.deepEqual(leftOut, ['No forwarding for dev: this build has no forwarder (dist/forward.mjs)'])
  })
})
