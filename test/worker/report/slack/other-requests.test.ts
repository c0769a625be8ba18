import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseConfig } from '../../../../worker/contract/config.ts'
import { parseRequest } from '../../../../worker/contract/parse-request.ts'
import { allWords, lessWords, scopeOf } from '../../../../worker/report/slack/other-requests.ts'
import { referenceDocument } from '../../../support/configurations.ts'
import { nowMs } from './jobs.ts'

const document = referenceDocument()
document.categories.waf = { layout: 'waf/dt={yyyy}-{MM}-{dd}/' }
const config = parseConfig(document)
const parse = (...words: readonly string[]) => parseRequest(words, config, nowMs)

describe('requests that are offered instead', () => {
  it('offered requests follow the configuration', () => {
    assert.deepEqual(scopeOf(parse('THING00001', 'telemetry', '2023/10/01'), config), { hasHours: true, hasAll: false })
    assert.deepEqual(scopeOf(parse('THING00001', 'telemetry,waf', '2023/10/01'), config), {
      hasHours: false,
      hasAll: false
    })
    assert.equal(scopeOf(parse('THING00001', 'all', '2023/10/01'), config).hasAll, true)
    const elsewhere = { ...parse('THING00001', 'telemetry', '2023/10/01'), environment: 'gone' }
    assert.deepEqual(scopeOf(elsewhere, config), { hasHours: false, hasAll: true })
  })

  it('an offered request is smaller and valid, until none is smaller', () => {
    for (const category of ['all', 'telemetry', 'telemetry,command', 'waf', 'waf,telemetry']) {
      for (const date of [
        '2023/09/25..2023/10/01',
        '2023/09/30..2023/10/01',
        '2023/10/01',
        '2023/09/25T09:15..2023/10/01T09:30',
        '2023/09/30T09:15..2023/10/01T09:30',
        '2023/10/01T09:15..2023/10/01T09:30'
      ]) {
        let request = parse('THING00001', category, date)
        for (let steps = 0; ; steps++) {
          const words = lessWords(request, scopeOf(request, config))
          if (!words) break
          const less = parse(...words)
          assert.ok(amountOf(less) < amountOf(request), `${words.join(' ')} is not less`)
          request = less
          assert.ok(steps < 20)
        }
        assert.equal(request.categories.length, 1)
      }
    }
  })

  it('an offered request covers all categories', () => {
    const request = parse('THING00001', 'telemetry', '2023/10/01')
    assert.deepEqual(parse(...allWords(request)), parse('THING00001', 'all', '2023/10/01'))
  })
})

const amountOf = ({ from, to, categories }: ReturnType<typeof parse>): number =>
  (Date.parse(to) - Date.parse(from)) * categories.length
