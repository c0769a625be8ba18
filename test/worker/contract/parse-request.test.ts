import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseConfig } from '../../../worker/contract/config.ts'
import { ProblemsError } from '../../../worker/contract/errors.ts'
import { parseRequest } from '../../../worker/contract/parse-request.ts'
import { type ExportRequest, encodeRequest, requestSchema, wordsOf } from '../../../worker/contract/request.ts'
import { splitWords } from '../../../worker/contract/words.ts'
import { planCategories } from '../../../worker/export/plan.ts'
import { referenceConfig, referenceDocument } from '../../support/configurations.ts'

const now = Date.UTC(2023, 9, 5, 13, 30)
const config = referenceConfig()
const parse = (line: string, with_ = config): ExportRequest => parseRequest(splitWords(line), with_, now)

function mistakesOf(line: string, with_ = config): { texts: string[]; correction: string } {
  try {
    parse(line, with_)
  } catch (error) {
    assert.ok(error instanceof ProblemsError)
    assert.equal(error.code, 'wrong-words')
    return { texts: error.problems.map((problem) => problem.text), correction: error.correction?.join(' ') ?? '' }
  }
  return assert.fail(`"${line}" was taken`)
}

describe('reading a request', () => {
  it('a request is read as in the example of the README', () => {
    assert.deepEqual(parse('THING00001 telemetry,command 2023/10/01'), {
      identifiers: ['THING00001'],
      categories: ['telemetry', 'command'],
      from: '2023-10-01T00:00:00Z',
      to: '2023-10-02T00:00:00Z',
      environment: 'dev',
      match: 'text',
      case: 'exact',
      engine: 'auto',
      format: 'auto',
      window: 'key'
    })
  })

  it('a request is read with the quotes and dashes of a phone', () => {
    const typed = '\u201cTHING 1\u201d\uff0cTHING2,\u3000Telemetry\u3001commands,\u00a02023/10/01 match=Word'
    const request = parse(typed)
    assert.deepEqual(request.identifiers, ['THING 1', 'THING2'])
    assert.deepEqual(request.categories, ['telemetry', 'command'])
    assert.equal(request.match, 'word')
  })

  it('a request takes "all", aliases and each category once', () => {
    assert.deepEqual(parse('abc all today').categories, ['telemetry', 'command', 'lifecycle'])
    assert.deepEqual(parse('abc commands,command today').categories, ['command'])
  })

  it('a word from a terminal is never split', () => {
    const request = parseRequest(['two words', 'all', 'today'], config, now)
    assert.deepEqual(request.identifiers, ['two words'])
    assert.deepEqual(parseRequest(['"with, comma"', 'all', 'today'], config, now).identifiers, ['with, comma'])
  })

  it('names of JavaScript’s own properties are unknown words', () => {
    const [plan] = planCategories(parse('constructor telemetry today'), config.environments.get('dev')!)
    assert.deepEqual(plan!.reading.spec.identifiers, ['constructor'])
    assert.match(mistakesOf('abc telemetry today constructor=x').texts.join(), /constructor=x/)
    assert.match(mistakesOf('a\ufffdb telemetry today').texts.join(), /is not UTF-8/)
  })

  it('the environment and the options come in any order after the date', () => {
    const document = referenceDocument()
    document.environments.prod = { source: 's3://prod-iot-logs' }
    const request = parse('abc all today case=ignore PROD match=word', parseConfig(document))
    assert.deepEqual([request.environment, request.match, request.case], ['prod', 'word', 'ignore'])
  })

  it('a request is the same after it is written as words and read again', () => {
    const identifier = fc.string({ unit: 'grapheme', minLength: 3, maxLength: 40 }).filter((text) => {
      return [...text].length >= 3 && !/[\p{Cc}\ufffd]/u.test(text)
    })
    const identifiers = fc.uniqueArray(identifier, { minLength: 1, maxLength: 5 })
    const categories = fc.subarray(['telemetry', 'command', 'lifecycle'], { minLength: 1 })
    const date = fc.constantFrom('2023/10/01', '20230930..2023-10-02', '2023/10/01T09..2023/10/01T12', 'today')
    const options = fc.subarray(['match=word', 'case=ignore'])
    fc.assert(
      fc.property(identifiers, categories, date, options, (ids, names, when, chosen) => {
        const quoted = ids
          .map((id) => `"${id.replace(/["\\\u201c-\u201f\u2033\uff02\u00ab\u00bb]/g, '\\$&')}"`)
          .join(',')
        const request = parseRequest([quoted, names.join(','), when, ...chosen], config, now)
        assert.deepEqual(request.identifiers, ids)
        assert.deepEqual(parseRequest(wordsOf(request), config, now), request)
        assert.deepEqual(parse(wordsOf(request).join(' ')), request)
        assert.deepEqual(requestSchema.parse(JSON.parse(encodeRequest(request))), request)
      })
    )
  })
})

describe('mistakes in a request', () => {
  it('all mistakes of a request are reported at once, with the corrected command', () => {
    const { texts, correction } = mistakesOf('ab telemtry,command 2023/13/01 dve match=wrod csae=ignore')
    assert.equal(texts.length, 6)
    assert.match(texts[0]!, /"ab" is too short/)
    assert.match(texts[1]!, /"telemtry" is not a category: did you mean "telemetry"/)
    assert.match(texts[2]!, /"2023\/13\/01" is not a date: there is no month 13/)
    assert.match(texts[3]!, /"dve" is not an environment: did you mean "dev"/)
    assert.match(texts[4]!, /"match=wrod": match must be text or word/)
    assert.match(texts[5]!, /"csae" is not an option: did you mean "case"/)
    assert.equal(correction, 'THING00001 telemetry,command 2023/10/01 dev match=word case=ignore')
  })

  it('the correction of a wrong request is right', () => {
    const lines = [
      '',
      'abc',
      'abc xyz',
      'telemetry THING00001 2023/10/01',
      'abc telemetry 2023-10-99 nowhere x=y',
      'abc all today match=x match=y'
    ]
    for (const line of lines) assert.doesNotThrow(() => parse(mistakesOf(line).correction), line)
  })

  it('mistakes name what is missing', () => {
    const { texts } = mistakesOf('')
    assert.equal(texts.length, 3)
    assert.match(texts.join('\n'), /identifier is missing.*category is missing.*date is missing/s)
  })

  it('swapped words are recognised', () => {
    const { texts, correction } = mistakesOf('telemetry THING00001 2023/10/01')
    assert.deepEqual(texts.length, 1)
    assert.match(texts[0]!, /write the identifier first/)
    assert.equal(correction, 'THING00001 telemetry 2023/10/01')
  })

  it('malformed identifiers are rejected', () => {
    const long = 'x'.repeat(257)
    assert.match(mistakesOf(`${long} all today`).texts[0]!, /too long.*257 characters, at most 256/)
    assert.match(mistakesOf(`a\u0007bc all today`).texts[0]!, /control character/)
    assert.match(mistakesOf(`abc\ud800 all today`).texts[0]!, /surrogate/)
    const many = Array.from({ length: 51 }, (_, at) => `THING${at}`).join(',')
    assert.match(mistakesOf(`${many} all today`).texts[0]!, /51 identifiers are too many: at most 50/)
    assert.doesNotThrow(() => parse(`${many.slice(0, many.lastIndexOf(','))} all today`))
  })

  it('hours are rejected when a category is stored by day, with the reason', () => {
    const document = referenceDocument()
    document.categories.audit = { layout: 'audit/dt={yyyy}-{MM}-{dd}/' }
    const { texts, correction } = mistakesOf('abc audit,telemetry 2023/10/01T09..2023/10/01T12', parseConfig(document))
    assert.equal(texts.length, 1)
    assert.match(texts[0]!, /"audit" is stored by day \(audit\/dt=\{yyyy\}-\{MM\}-\{dd\}\/\)/)
    assert.equal(correction, 'abc audit,telemetry 2023/10/01')
  })

  it('a repeated option and an extra word are rejected', () => {
    assert.match(mistakesOf('abc all today match=text match=word').texts[0]!, /"match" is given twice/)
    assert.match(mistakesOf('abc all today dev extra').texts[0]!, /"extra" is an extra word/)
  })
})
