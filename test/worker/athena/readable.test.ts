import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readingDifferences, unreadObstacle } from '../../../worker/athena/readable.ts'
import { configWithCategories } from '../../support/configurations.ts'

const reading = {
  spec: { identifiers: ['x'], match: 'text', case: 'exact' },
  output: 'raw',
  eventWindow: undefined,
  prefixLength: 0
} as const
const obstacle = (format: string) => unreadObstacle('some', { ...reading, format })

describe('what Athena can read', () => {
  it('Athena can read records that are lines', () => {
    for (const format of ['lines', 'json-lines', 'alb', 'vpc-flow', 'waf'] as const)
      assert.equal(obstacle(format), undefined)
    for (const format of ['json-concatenated', 'cloudwatch', 'cloudtrail', 'firelens'] as const)
      assert.match(obstacle(format)!, /are not lines/, format)
  })

  it('the order of Athena’s lines depends on whether their formats have a time', () => {
    const layout = 'x/{yyyy}/{MM}/{dd}/'
    const { categories } = configWithCategories({
      plain: { layout, format: 'lines' },
      network: { layout, format: 'vpc-flow' }
    }).environments.get('dev')!
    const orders = readingDifferences([...categories.values()]).filter((text) => text.includes('stand in order'))
    assert.deepEqual(orders, [
      'the lines of one object of plain stand in order of their time, those without one first',
      'the lines of one object of network stand in order of their bytes'
    ])
  })
})
