import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ProblemsError } from '../../../worker/contract/errors.ts'
import { digestOf } from '../../../worker/contract/job.ts'
import { parseLayout, prefixesOf } from '../../../worker/contract/layout.ts'
import { parseRequest } from '../../../worker/contract/parse-request.ts'
import { parseWindow } from '../../../worker/contract/parse-window.ts'
import {
  describeRequest,
  type ExportRequest,
  requestSchema,
  windowOf,
  wordsOf
} from '../../../worker/contract/request.ts'
import {
  compactWindow,
  dayMs,
  hoursAround,
  minuteMs,
  typedWindow,
  windowBetween
} from '../../../worker/contract/window.ts'
import { configWithCategories } from '../../support/configurations.ts'

const now = Date.UTC(2023, 9, 5, 13, 30, 42)
const config = configWithCategories({
  telemetry: { layout: 'telemetry/{yyyy}/{MM}/{dd}/{HH}/', format: 'lines' },
  audit: { layout: 'audit/{yyyy}/{MM}/{dd}/', format: 'json-lines' }
})
const parse = (line: string, nowMs = now): ExportRequest => parseRequest(line.split(' '), config, nowMs)

function mistakesOf(line: string): { texts: string[]; correction: string } {
  try {
    parse(line)
  } catch (error) {
    assert.ok(error instanceof ProblemsError)
    return { texts: error.problems.map((problem) => problem.text), correction: error.correction?.join(' ') ?? '' }
  }
  return assert.fail(`"${line}" was taken`)
}

describe('a window in minutes', () => {
  const words: readonly (readonly [string, string])[] = [
    ['2023/10/01T09:15..2023/10/01T09:30', '2023-10-01T09:15..2023-10-01T09:30'],
    ['20231001T0915..20231001T0930', '2023-10-01T09:15..2023-10-01T09:30'],
    ['2023-10-01T09:15:00Z\u20262023-10-01t09:30z', '2023-10-01T09:15..2023-10-01T09:30'],
    ['2023/10/01T09..2023/10/01T09:30', '2023-10-01T09:00..2023-10-01T09:30'],
    ['2023/10/01T23:45..2023/10/01T24:00', '2023-10-01T23:45..2023-10-02T00:00'],
    ['2023/10/01T09:15', '2023-10-01T09:15..2023-10-01T09:16'],
    ['2h..now', '2023-10-05T11:30..2023-10-05T13:30'],
    ['90m..30m', '2023-10-05T12:00..2023-10-05T13:00'],
    ['today..now', '2023-10-05T00:00..2023-10-05T13:30'],
    ['2023-10-05T12:45..now', '2023-10-05T12:45..2023-10-05T13:30'],
    ['since=30m', '2023-10-05T13:00..2023-10-05T13:30'],
    ['since=2h', '2023-10-05T11:30..2023-10-05T13:30'],
    ['SINCE=1h30M', '2023-10-05T12:00..2023-10-05T13:30'],
    ['since=2hours', '2023-10-05T11:30..2023-10-05T13:30'],
    ['since=3d', '2023-10-02T13:30..2023-10-05T13:30'],
    ['since=7d', '2023-09-28T13:30..2023-10-05T13:30'],
    ['since=yesterday', '2023-10-04T00:00..2023-10-05T13:30'],
    ['since=2023/10/05T09', '2023-10-05T09:00..2023-10-05T13:30']
  ]
  for (const [word, window] of words) {
    it(`a window ${word} is resolved to whole minutes and selects by record time`, () => {
      const parsed = parseWindow(word, now, 7)
      assert.ok('window' in parsed, JSON.stringify(parsed))
      const { fromMs, toMs } = parsed.window
      const minutes = [fromMs, toMs].map((timeMs) => new Date(timeMs).toISOString().slice(0, 16))
      assert.equal(minutes.join('..'), window)
      assert.equal(parsed.isByTime, true)
    })
  }

  it('whole hours and days are selected by arrival, however they are typed', () => {
    for (const word of ['2023/10/01T09:00..2023/10/01T12:00', '20231001T09..20231001T1200', 'today', '2023/10/01T23']) {
      const parsed = parseWindow(word, now, 7)
      assert.equal('window' in parsed && parsed.isByTime, false, word)
    }
    assert.equal(parse('abc telemetry 2023/10/01T09:00..2023/10/01T12:00').window, 'key')
  })

  it('names hold the minutes, and hours or days where a window is whole', () => {
    const from = Date.UTC(2023, 9, 1, 9, 15)
    assert.equal(compactWindow(windowBetween(from, from + 15 * minuteMs)), '20231001T0915-20231001T0930')
    assert.equal(typedWindow(windowBetween(from, from + 15 * minuteMs)), '2023-10-01T09:15..2023-10-01T09:30')
    const whole = parse('abc telemetry since=2h', Date.UTC(2023, 9, 5, 13))
    assert.equal(compactWindow(windowOf(whole)), '20231005T11-20231005T13')
    assert.equal(whole.window, 'event')
  })

  it('the hours around a window are listed, and no more', () => {
    const parsed = parseLayout('t/{yyyy}{MM}{dd}/{HH}/')
    assert.ok('layout' in parsed)
    const at = (hour: number, minute: number): number => Date.UTC(2023, 9, 1, hour, minute)
    const listed = (fromMs: number, toMs: number) => prefixesOf(parsed.layout, windowBetween(fromMs, toMs))
    assert.deepEqual(listed(at(9, 15), at(9, 30)), ['t/20231001/09/'])
    assert.deepEqual(listed(at(9, 50), at(10, 10)), ['t/20231001/09/', 't/20231001/10/'])
    assert.deepEqual(listed(at(9, 50), at(10, 0)), ['t/20231001/09/'])
    assert.equal(typedWindow(hoursAround(windowBetween(at(23, 1), at(23, 59)))), '2023-10-01T23..2023-10-02T00')
  })
})

describe('a request in minutes', () => {
  it('a request in minutes implies window=event and says so', () => {
    const request = parse('abc telemetry 2023/10/01T09:15..2023/10/01T09:30')
    assert.deepEqual(
      [request.from, request.to, request.window],
      ['2023-10-01T09:15:00Z', '2023-10-01T09:30:00Z', 'event']
    )
    assert.equal(
      describeRequest(request),
      'abc · telemetry · 2023-10-01T09:15..2023-10-01T09:30 (UTC, by record time) · dev · window=event'
    )
    assert.deepEqual(parse('abc telemetry 2023/10/01T09:15..2023/10/01T09:30 window=event'), request)
  })

  it('since= may stand anywhere behind the category', () => {
    const request = parse('abc telemetry since=2h dev match=word')
    assert.equal(request.from, '2023-10-05T11:30:00Z')
    assert.deepEqual(parse('abc telemetry dev match=word since=2h'), request)
    assert.deepEqual(parse('abc telemetry 2h..now dev match=word'), request)
  })

  it('the words of a request in minutes ask for the same window later', () => {
    const later = now + dayMs
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 * 1440 }), fc.nat(7 * 1440), fc.boolean(), (minutes, shift, isDaily) => {
        const category = isDaily ? 'audit' : 'telemetry'
        const request = parse(`abc ${category} since=${minutes}m`, now - shift * minuteMs)
        assert.equal(Date.parse(request.to) - Date.parse(request.from), minutes * minuteMs)
        assert.deepEqual(parse(wordsOf(request).join(' '), later), request)
        assert.deepEqual(requestSchema.parse(JSON.parse(JSON.stringify(request))), request)
      })
    )
  })

  it('the same resolved minutes are the same job, and later ones are another', () => {
    const digest = (line: string, nowMs: number): string => digestOf('T1', parse(line, nowMs))
    const minute = now - (now % minuteMs)
    const first = digest('abc telemetry since=2h', minute)
    assert.equal(digest('abc telemetry since=2h', minute + minuteMs - 1), first)
    assert.equal(digest('abc telemetry 120m..now', minute), first)
    assert.equal(digest('abc telemetry 2023-10-05T11:30..2023-10-05T13:30', minute + dayMs), first)
    assert.notEqual(digest('abc telemetry since=2h', minute + minuteMs), first)
  })

  it('the digest of a request in hours is what it was before minutes existed', () => {
    const request = parse('THING00001 telemetry 2023/10/01T09..2023/10/01T12')
    assert.equal(digestOf('T1', request), 'ca45fd9866d59ce9115e11b5a3251cbba29290c5d337b9dd352908aef3c69ca4')
  })

  it('minutes are allowed where a category is stored by day, and so are hours by record time', () => {
    assert.equal(parse('abc audit 2023/10/01T09:15..2023/10/01T09:30').window, 'event')
    assert.equal(parse('abc audit 2023/10/01T09..2023/10/01T10 window=event').from, '2023-10-01T09:00:00Z')
    assert.match(mistakesOf('abc audit 2023/10/01T09').texts[0]!, /write the day only, or add window=event/)
  })

  it('window=key is rejected for minutes, with the corrected command', () => {
    const { texts, correction } = mistakesOf('abc telemetry since=30m window=key')
    assert.deepEqual(texts, ['"window=key": a window in minutes selects records by their own time (window=event)'])
    assert.equal(correction, 'abc telemetry since=30m window=event')
    const both = mistakesOf('abc telemetry 2023/10/01T09:30..2023/10/01T09:15 window=key')
    assert.equal(both.texts.length, 2)
    assert.equal(both.correction, 'abc telemetry 2023-10-01T09:15..2023-10-01T09:30 window=event')
  })

  it('two dates are rejected', () => {
    const { texts, correction } = mistakesOf('abc telemetry today since=2h')
    assert.deepEqual(texts, ['"since=2h" and "today" both say when: write one of them'])
    assert.equal(correction, 'abc telemetry since=2h')
  })
})

describe('mistakes in a window of minutes', () => {
  const mistakes: readonly (readonly [string, RegExp, string])[] = [
    ['2023/10/01T09:30..2023/10/01T09:15', /ends before it begins/, '2023-10-01T09:15..2023-10-01T09:30'],
    ['2023/10/01T09:15..2023/10/01T09:15', /ends before it begins/, '2023-10-01T09:15..2023-10-01T09:16'],
    ['now..2h', /ends before it begins/, '2023-10-05T11:30..2023-10-05T13:30'],
    ['2023/10/03..2023/10/01', /ends before it begins/, '2023-10-01..2023-10-03'],
    ['2023/10/05T13:15..2023/10/05T14:00', /future: it is 2023-10-05T13:30 now/, '2023-10-05T13:15..2023-10-05T13:30'],
    ['2023/10/06T09:15..2023/10/06T09:30', /future/, '2023-10-05T13:15..2023-10-05T13:30'],
    ['2023/10/06', /future: today is 2023-10-05/, '2023-10-05'],
    ['since=10d', /10 days: at most 7/, 'since=7d'],
    ['9d..now', /9 days: at most 7/, '2023-09-28T13:30..2023-10-05T13:30'],
    ['2023/09/01T09:15..2023/09/20T09:15', /19 days: at most 7/, '2023-09-01T09:15..2023-09-08T09:15'],
    ['2023/10/01T09:15:10..2023/10/01T09:30:20', /has seconds/, '2023-10-01T09:15..2023-10-01T09:31'],
    ['2023/10/01T23:30..2023/10/01T24:15', /T24:00 ends a day/, '2023-10-01T23:30..2023-10-02T00:15'],
    [
      '2023/10/01T24:00..2023/10/02T00:15',
      /ends a day: a window begins with 2023-10-02T00/,
      '2023-10-02T00:00..2023-10-02T00:15'
    ],
    ['2023/10/01T09:60', /minutes are 00 to 59/, '2023/10/01'],
    ['2023/10/01T09:15..09:30', /"09:30" has no date/, '2023-10-01T09:15..2023-10-01T09:30'],
    ['2023/10/01..2023/10/01T09:30', /mixes a day and an hour/, '2023-10-01T00:00..2023-10-01T09:30'],
    ['2h', /one moment: write how long before now/, '2h..now'],
    ['now', /one moment/, '1h..now'],
    ['since=90s', /not in minutes, hours or days/, 'since=2m'],
    ['since=2w', /not in minutes, hours or days/, 'since=7d'],
    ['since=0h', /no time at all/, 'since=1h'],
    ['since=', /names no time/, 'since=2h'],
    ['since=soon', /"soon" is not a date/, '2023/10/01']
  ]
  for (const [word, problem, corrected] of mistakes) {
    it(`a window "${word}" is rejected, with the corrected command`, () => {
      const { texts, correction } = mistakesOf(`abc telemetry ${word}`)
      assert.equal(texts.length, 1, texts.join('; '))
      assert.match(texts[0]!, problem)
      assert.equal(correction, `abc telemetry ${corrected}`)
      assert.doesNotThrow(() => parse(correction))
    })
  }

  it('every correction is accepted', () => {
    const time = fc.integer({ min: now - 20 * dayMs, max: now + 3 * dayMs }).map((ms) => new Date(ms).toISOString())
    const end = fc.oneof(
      fc.tuple(time, fc.constantFrom(10, 13, 16, 19, 24)).map(([iso, length]) => iso.slice(0, length)),
      fc.tuple(fc.nat(99_999), fc.constantFrom('s', 'm', 'h', 'd', 'w')).map(([count, unit]) => `${count}${unit}`),
      fc.constantFrom('now', 'today', 'yesterday', '2023-10-01T24', '2023-10-04T24:30', 'T09:15', '')
    )
    const word = fc.oneof(
      fc.tuple(end, end).map((ends) => ends.join('..')),
      end,
      end.map((text) => `since=${text}`)
    )
    fc.assert(
      fc.property(word, fc.constantFrom('', ' window=key', ' window=event'), fc.boolean(), (when, option, isDaily) => {
        const line = `abc ${isDaily ? 'audit' : 'telemetry'} ${when}${option}`.replace(/ +/g, ' ').trim()
        try {
          parse(line)
        } catch (error) {
          assert.ok(error instanceof ProblemsError)
          assert.doesNotThrow(() => parse(error.correction!.join(' ')), `${line} ► ${error.correction!.join(' ')}`)
        }
      }),
      { numRuns: 3_000 }
    )
  })
})
