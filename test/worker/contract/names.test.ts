import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { archiveKey, archiveName, entryName, safeName } from '../../../worker/contract/names.ts'
import { dayMs, type Window } from '../../../worker/contract/window.ts'

const day: Window = { fromMs: Date.UTC(2023, 9, 1), toMs: Date.UTC(2023, 9, 2), unit: 'day' }
const days: Window = { ...day, toMs: day.fromMs + 3 * dayMs }
const minutes: Window = { fromMs: Date.UTC(2023, 9, 1, 9, 15), toMs: Date.UTC(2023, 9, 1, 9, 30), unit: 'minute' }
const hours: Window = { fromMs: Date.UTC(2023, 9, 1, 9), toMs: Date.UTC(2023, 9, 1, 12), unit: 'hour' }

describe('names', () => {
  it('names of entries hold the category and the window', () => {
    assert.equal(entryName('telemetry', day), 'telemetry_20231001.log')
    assert.equal(entryName('telemetry', days), 'telemetry_20231001-20231003.log')
    assert.equal(entryName('telemetry', hours), 'telemetry_20231001T09-20231001T12.log')
    assert.equal(entryName('telemetry', minutes), 'telemetry_20231001T0915-20231001T0930.log')
  })

  it('names of archives hold the window and the first identifier', () => {
    assert.equal(archiveName(['THING00001'], day), '20231001_THING00001.zip')
    assert.equal(archiveName(['THING00001'], minutes), '20231001T0915-20231001T0930_THING00001.zip')
    assert.equal(archiveName(['THING00001', 'THING00002', 'x'], hours), '20231001T09-20231001T12_THING00001+2.zip')
  })

  it('names have no character that is special for a file system or a shell', () => {
    assert.equal(archiveName(['../../etc/passwd'], day), '20231001____.._etc_passwd.zip')
    assert.equal(archiveName(['a:b é'], day), '20231001_a_b__.zip')
    assert.equal(safeName('.hidden'), '_hidden')
    assert.equal(safeName('con'), '_con')
    assert.equal(safeName('LPT1.log'), '_LPT1.log')
    assert.equal(safeName('console'), 'console')
  })

  it('names are safe and at most 100 characters long for every identifier', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), fc.nat(49), (identifier, more) => {
        const name = archiveName([identifier, ...Array.from({ length: more }, (_, at) => `x${at}`)], minutes)
        assert.match(name, /^[A-Za-z0-9_-][A-Za-z0-9._+-]{0,95}\.zip$/)
      })
    )
  })
})

describe('where archives go', () => {
  const requestedMs = Date.UTC(2023, 9, 2, 8, 30)

  it('an archive goes below the prefix and the time, apart for each job', () => {
    assert.equal(archiveKey('slack/', requestedMs, 'a.zip'), 'slack/20231002083000/a.zip')
    const ids = ['01jabcdefghjkmnpqrstvwxyz0', '01jabcdefghjkmnpqrstvwxyz1']
    const [one, other] = ids.map((id) => archiveKey('slack/', requestedMs, 'a.zip', id))
    assert.equal(one, 'slack/20231002083000-vwxyz0/a.zip')
    assert.notEqual(one, other)
  })
})
