import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compareKeys } from '../../../worker/contract/key-order.ts'
import { anyName, type Layout, parseLayout, prefixAt, prefixesOf } from '../../../worker/contract/layout.ts'
import { createKeyReader } from '../../../worker/contract/layout-key.ts'
import { dayMs, hourMs, type Window } from '../../../worker/contract/window.ts'

function layoutOf(template: string, timeZone?: string): Layout {
  const parsed = parseLayout(template, timeZone)
  assert.ok('layout' in parsed, JSON.stringify(parsed))
  return parsed.layout
}

const day: Window = { fromMs: Date.UTC(2023, 9, 1), toMs: Date.UTC(2023, 9, 2), unit: 'day' }
const hours: Window = { fromMs: Date.UTC(2023, 9, 1, 22), toMs: Date.UTC(2023, 9, 2, 1), unit: 'hour' }

describe('prefixes of a window', () => {
  it('the prefixes of a Firehose layout are its hours', () => {
    const prefixes = prefixesOf(layoutOf('telemetry/{yyyy}/{MM}/{dd}/{HH}/'), day)
    assert.equal(prefixes.length, 24)
    assert.equal(prefixes[0], 'telemetry/2023/10/01/00/')
    assert.equal(prefixes[23], 'telemetry/2023/10/01/23/')
  })

  it('hours narrow the prefixes', () => {
    const hive = layoutOf('logs/year={yyyy}/month={MM}/day={dd}/hour={HH}/')
    assert.deepEqual(prefixesOf(hive, hours), [
      'logs/year=2023/month=10/day=01/hour=22/',
      'logs/year=2023/month=10/day=01/hour=23/',
      'logs/year=2023/month=10/day=02/hour=00/'
    ])
  })

  it('the prefixes are days when the layout has no hours', () => {
    assert.deepEqual(prefixesOf(layoutOf('dt={yyyy}-{MM}-{dd}/'), hours), ['dt=2023-10-01/', 'dt=2023-10-02/'])
  })

  it('the prefixes of any template are in key order, and none is a prefix of another', () => {
    const parts = fc.shuffledSubarray(['{yyyy}', '{MM}', '{dd}', '{HH}'], { minLength: 4 })
    const separator = fc.constantFrom('/', '-', '', '=', '\u00e9/')
    fc.assert(
      fc.property(parts, separator, fc.nat(400), fc.integer({ min: 1, max: 7 }), (names, between, offset, days) => {
        const fromMs = Date.UTC(2023, 0, 1) + offset * dayMs
        const prefixes = prefixesOf(layoutOf(`p/${names.join(between)}`), {
          fromMs,
          toMs: fromMs + days * dayMs,
          unit: 'day'
        })
        assert.equal(prefixes.length, (days * dayMs) / hourMs)
        assert.deepEqual(prefixes, [...prefixes].sort(compareKeys))
        assert.equal(new Set(prefixes.map((prefix) => prefix.length)).size, 1)
      })
    )
  })
})

describe('a layout of numbers without leading zeros', () => {
  it('its prefixes differ in length and are in key order', () => {
    const prefixes = prefixesOf(layoutOf('un/{yyyy}/{M}/{d}/{H}/'), {
      fromMs: Date.UTC(2023, 8, 30, 23),
      toMs: Date.UTC(2023, 9, 1, 11),
      unit: 'hour'
    })
    const hours = ['0', '1', '10', '2', '3', '4', '5', '6', '7', '8', '9']
    assert.deepEqual(prefixes, [...hours.map((hour) => `un/2023/10/1/${hour}/`), 'un/2023/9/30/23/'])
  })
})

describe('a layout of local times', () => {
  const zones = [
    'Asia/Tokyo',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
    'UTC'
  ]
  const templates = [
    'a/{yyyy}/{MM}/{dd}/{HH}/',
    'dt={yyyy}-{M}-{d}/',
    '{d}.{M}.{yyyy}/*/{H}h/',
    'x/{account}/{yyyy}{MM}{dd}/'
  ]

  it('the prefixes of a window are those of its minutes, in any zone, on days of 23 and 25 hours too', () => {
    // The end of October and of March have the changes of most zones.
    const starts = [Date.UTC(2023, 2, 10), Date.UTC(2023, 2, 25), Date.UTC(2023, 9, 28), Date.UTC(2023, 10, 4)]
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...templates),
        fc.constantFrom(...starts),
        fc.nat(60),
        fc.integer({ min: 1, max: 30 }),
        (timeZone, template, start, offset, length) => {
          const fromMs = start + offset * hourMs
          const window: Window = { fromMs, toMs: fromMs + length * hourMs, unit: 'hour' }
          const expected = new Set<string>()
          for (let timeMs = fromMs; timeMs < window.toMs; timeMs += 60_000) {
            expected.add(oraclePrefix(template, timeZone, timeMs))
          }
          const prefixes = prefixesOf(layoutOf(template, timeZone), window)
          assert.deepEqual(prefixes, [...expected].sort(compareKeys))
          for (const one of prefixes) {
            assert.ok(!prefixes.some((other) => other !== one && other.startsWith(one)), `${one} begins another`)
          }
        }
      )
    )
  })

  it('a key gives back the prefix, the names, and a time of the same hour or day', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...templates),
        fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) }),
        (timeZone, template, timeMs) => {
          const layout = layoutOf(template, timeZone)
          const prefix = prefixAt(layout, timeMs)
          const read = createKeyReader(layout)(`${prefix.replaceAll(anyName, 'n-1')}o.gz`)!
          assert.equal(read.prefix, prefix)
          assert.deepEqual({ ...read.fields }, template.includes('{account}') ? { account: 'n-1' } : {})
          assert.equal(prefixAt(layout, read.timeMs), prefix)
          assert.ok(read.timeMs <= timeMs)
          assert.notEqual(prefixAt(layout, read.timeMs - 60_000), prefix)
        }
      )
    )
  })

  it('a day has the hours that its zone gives it', () => {
    const hoursOf = (fromMs: number, hours: number): number =>
      prefixesOf(layoutOf('a/{yyyy}/{MM}/{dd}/{HH}/', 'Europe/Berlin'), {
        fromMs,
        toMs: fromMs + hours * hourMs,
        unit: 'hour'
      }).length
    assert.equal(hoursOf(Date.UTC(2023, 2, 25, 23), 23), 23)
    // The hour from two to three comes twice, under one prefix.
    assert.equal(hoursOf(Date.UTC(2023, 9, 28, 22), 25), 24)
  })
})

/** The prefix of a minute, by the text that Intl writes for Swedish: 2023-10-01 07:05. */
function oraclePrefix(template: string, timeZone: string, timeMs: number): string {
  const text = new Date(timeMs).toLocaleString('sv-SE', { timeZone })
  const [, yyyy, MM, dd, HH] = /^(\d+)-(\d+)-(\d+) (\d+)/.exec(text)!
  const values: Record<string, string> = { yyyy: yyyy!, MM: MM!, dd: dd!, HH: HH! }
  for (const name of ['MM', 'dd', 'HH']) values[name[0]!] = String(Number(values[name]))
  return template.replace(/\{(\w+)\}|\*/g, (_, name: string | undefined) => values[name ?? ''] ?? anyName)
}

describe('a layout', () => {
  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['logs/{yyyy}/{MM}/', /\{dd\} is missing/],
    ['logs/{YYYY}/{MM}/{dd}/', /unknown placeholder \{YYYY\}/],
    ['logs/{yyyy}/{MM}/{dd/', /brace is not closed/],
    ['/logs/{yyyy}/{MM}/{dd}/', /begin with a slash/],
    ['logs/**/{yyyy}/{MM}/{dd}/', /\*\* has no meaning/],
    ['logs/{yyyy}/*/{MM}/{dd}/', /\* is inside the date/],
    ['logs/{yyyy}/{MM}/{account}/{d}/', /\{account\} is inside the date/],
    ['logs/{account}/{account}/{yyyy}/{MM}/{dd}/', /\{account\} is there twice/],
    ['{identifier}/{yyyy}/{MM}/{dd}/{identifier}/', /\{identifier\} is there twice/],
    ['logs/{yyyy}/{MM}/{dd}/{identifier}', /\{identifier\} must end its segment/],
    ['logs/{yyyy}/{MM}/{dd}/{identifier}_x/', /\{identifier\} must end its segment/],
    ['logs/{yyyy}/{MM}/{dd}/*-{identifier}/', /more than one/],
    ['logs/*-*/{yyyy}/{MM}/{dd}/', /"\*-\*" has more than one/],
    ['logs/{yyyy}/{MM}/{dd}/app-*', /\* needs a slash behind its segment/],
    ['logs/*{yyyy}/{MM}/{dd}/', /text is needed between/],
    ['logs/{yyyy}/{M}/{d}', /\{d\} has no leading zero/],
    ['logs/{yyyy}/{M}{dd}/', /\{M\} has no leading zero/],
    ['logs/{yyyy}/{M}/{MM}/{dd}/', /same part of the time/]
  ]
  for (const [template, problem] of mistakes) {
    it(`a layout is rejected: ${template}`, () => {
      const parsed = parseLayout(template)
      assert.ok('problem' in parsed)
      assert.match(parsed.problem, problem)
    })
  }
})

describe('key order', () => {
  it('key order is that of UTF-8 bytes', () => {
    const key = fc.string({ unit: 'binary', maxLength: 6 })
    fc.assert(
      fc.property(key, key, (a, b) => {
        assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)))
      })
    )
    assert.ok(compareKeys('\u{1f600}', '\uffff') > 0)
  })
})
