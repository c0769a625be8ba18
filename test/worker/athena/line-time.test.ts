import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLineTimes, orderOf } from '../../../worker/athena/line-time.ts'
import { noTime } from '../../../worker/athena/sorted-line.ts'
import { findFormat } from '../../../worker/formats/registry.ts'
import { configWithCategories } from '../../support/configurations.ts'

const timeOf = (format: string, line: string): number => createLineTimes(findFormat(format))(Buffer.from(line))
const noon = Date.UTC(2023, 9, 1, 12)

describe('the time of a line', () => {
  it('a line has the time that its format reads', () => {
    assert.equal(timeOf('lines', '{"timestamp":"2023-10-01T12:00:00Z"}'), noon)
    assert.equal(timeOf('lines', '2023-10-01 12:00:00 it stopped'), noon)
    assert.equal(timeOf('json-lines', `{"time":${noon}}`), noon)
    assert.equal(timeOf('waf', `{"timestamp":${noon}}`), noon)
  })

  it('a line without a time, or that is no record, has none', () => {
    const timeIn = createLineTimes(findFormat('json-lines'))
    assert.equal(timeIn(Buffer.from(`{"time":${noon}}`)), noon)
    for (const line of ['', '  ', 'no JSON', '{}']) assert.equal(timeIn(Buffer.from(line)), noTime)
  })

  it('a line has no time when a header of its object names the fields', () => {
    const flow = `2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 1 ${noon / 1000} ${noon / 1000 + 1} ACCEPT OK`
    assert.equal(timeOf('vpc-flow', flow), noTime)
  })
})

describe('the order of an archive', () => {
  const layout = 'x/{yyyy}/{MM}/{dd}/'
  const config = configWithCategories({
    plain: { layout, format: 'lines' },
    balancer: { layout, format: 'alb' },
    network: { layout, format: 'vpc-flow' }
  })
  const order = (...names: string[]) =>
    orderOf(names.map((name) => config.environments.get('dev')!.categories.get(name)!))

  it('an archive is in order of time when all that Athena reads has a time', () => {
    assert.equal(order('plain', 'balancer'), 'key,time')
    assert.equal(order('plain', 'network'), 'key')
    assert.equal(order(), 'key')
  })
})
