import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mostNames } from '../../../worker/contract/warning.ts'
import { DeviceNames } from '../../../worker/formats/device-names.ts'
import type { MatchSpec } from '../../../worker/match/matcher.ts'

const asked = (identifiers: string[], changes: Partial<MatchSpec> = {}): MatchSpec => {
  return { identifiers, match: 'text', case: 'exact', ...changes }
}

/** The devices of lines that come in the given numbers at once. */
function namesIn(devices: DeviceNames, lines: readonly string[], sizes: readonly number[] = []): readonly string[] {
  for (let at = 0, part = 0; at < lines.length; part++) {
    const size = sizes[part] ?? lines.length
    const bytes = Buffer.from(
      lines
        .slice(at, at + size)
        .map((line) => `${line}\n`)
        .join('')
    )
    devices.check(Buffer.concat([Buffer.from('before\n'), bytes, Buffer.from('THING00009\n')]), 7, 7 + bytes.length)
    at += size
  }
  return devices.takeNotes().flatMap(({ names = [] }) => names)
}

describe('the devices of kept lines', () => {
  it('a device is the whole word around the first hit of a line', () => {
    const names = namesIn(new DeviceNames(asked(['THING0000'])), [
      '{"thingName":"THING00001"}',
      'a/b/THING00002/c THING00003',
      'x_THING00004.eu:1-b',
      '(THING00005).',
      'THING00006: started.',
      'THING00001'
    ])
    assert.deepEqual(names, ['THING00001', 'THING00002', 'x_THING00004.eu:1-b', 'THING00005', 'THING00006'])
  })

  it('an identifier with other characters belongs to the word as a whole', () => {
    assert.deepEqual(namesIn(new DeviceNames(asked(['caf\u00e9/1'])), ['on caf\u00e9/12, caf\u00e9/13']), [
      'caf\u00e9/12'
    ])
    const ignoring = new DeviceNames(asked(['xy', 'dev/A'], { case: 'ignore' }))
    assert.deepEqual(namesIn(ignoring, ['on DEV/a12 off', 'XY7', '-']), ['DEV/a12', 'XY7'])
  })

  it('marks that belong to the identifier stay', () => {
    assert.deepEqual(namesIn(new DeviceNames(asked(['AA:BB:'])), ['AA:BB:', 'AA:BB:CC.']), ['AA:BB:', 'AA:BB:CC'])
  })

  it('a word that is far too long is no device', () => {
    assert.deepEqual(namesIn(new DeviceNames(asked(['THING'])), [`THING${'x'.repeat(10_000)}`, 'THING1']), ['THING1'])
  })

  it('the field of the format names the device, the one that holds the identifier first', () => {
    const devices = new DeviceNames(asked(['A-']), ['thingName', 'clientId'])
    const lines = [
      '{"thingName":"thing","clientId":"A-1"}',
      '{"clientId":"c","at":"A-2"}',
      '{"a":"A-3"}',
      'A-4',
      '{A-5'
    ]
    assert.deepEqual(namesIn(devices, lines), ['A-1', 'c', 'A-3', 'A-4', 'A-5'])
  })

  it('the names of an object do not depend on how many lines come at once', () => {
    const line = fc.constantFrom('A-1 x', 'y A-2', 'A\\u002d3', '{"n":"A-4"}', 'A-5 A-6')
    const check = (lines: string[], sizes: number[]): void => {
      const devices = new DeviceNames(asked(['A-']))
      assert.deepEqual(namesIn(devices, lines, sizes), namesIn(devices, lines))
    }
    fc.assert(fc.property(fc.array(line, { maxLength: 300 }), fc.array(fc.integer({ min: 1, max: 9 })), check))
  })

  it('the lines that are looked at and the names are bounded', () => {
    const lines = Array.from({ length: 500 }, (_, at) => `A-${at}`)
    const devices = new DeviceNames(asked(['A-']))
    assert.deepEqual(namesIn(devices, lines), lines.slice(0, mostNames))
    assert.deepEqual(namesIn(devices, ['A-7']), ['A-7'])
  })
})
