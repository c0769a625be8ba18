import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { hourMs } from '../../worker/contract/window.ts'
import { lookedLines } from '../../worker/report/looked-text.ts'
import { readArchive } from '../support/archives.ts'
import { configWithCategories } from '../support/configurations.ts'
import { exportDay } from '../support/export-day.ts'
import { logDirectory } from '../support/log-directory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

type Objects = Readonly<Record<string, string | Buffer>>

/** The entry of one category, and how many objects were listed. */
async function exported(objects: Objects, category: object, words: readonly string[]) {
  using logs = logDirectory(objects)
  using directory = temporaryDirectory()
  const target = { settings: { url: directory.url }, key: 'archive.zip' }
  const config = configWithCategories({ logs: category })
  const result = await exportDay(target, { source: { url: logs.url }, config, words, threads: 1 })
  const files = result.archive ? await readArchive(join(directory.path, 'archive.zip')) : new Map<string, Buffer>()
  const [name] = [...files.keys()].filter((one) => one.endsWith('.log'))
  const { looked, objects: counts } = result
  return { text: name === undefined ? '' : files.get(name)!.toString(), listed: counts.listed, looked }
}

describe('folders of local times', () => {
  /** A record each half hour, in objects named by the local hour or day of a zone. */
  const local = (timeZone: string, hours: boolean): Objects => {
    const objects: Record<string, string> = {}
    for (let at = Date.UTC(2023, 8, 29); at < Date.UTC(2023, 9, 4); at += hourMs / 2) {
      const [, day, hour] = /^(\S+) (\d+)/.exec(new Date(at).toLocaleString('sv-SE', { timeZone }))!
      const key = `l/${day!.replaceAll('-', '/')}/${hours ? `${hour}/` : ''}a`
      objects[key] = `${objects[key] ?? ''}${JSON.stringify({ d: 'THING00001', timestamp: at })}\n`
    }
    return objects
  }

  for (const timeZone of [
    'Asia/Tokyo',
    'Asia/Kolkata',
    'America/New_York',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago'
  ]) {
    it(`window=event gives the records of a day and of an hour in UTC from folders of ${timeZone}`, async () => {
      for (const hours of [true, false]) {
        const layout = hours ? 'l/{yyyy}/{MM}/{dd}/{HH}/' : 'l/{yyyy}/{MM}/{dd}/'
        const category = { layout, timeZone, format: 'json-lines', lookaheadHours: 0 }
        const times = async (window: string): Promise<number[]> => {
          const words = ['THING00001', 'logs', window, 'window=event']
          const { text } = await exported(local(timeZone, hours), category, words)
          return text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line).timestamp)
            .sort((a, b) => a - b)
        }
        const half = (from: number, count: number): number[] =>
          Array.from({ length: count }, (_, at) => from + (at * hourMs) / 2)
        assert.deepEqual(await times('2023/10/01'), half(Date.UTC(2023, 9, 1), 48))
        if (hours) assert.deepEqual(await times('2023/10/01T20'), half(Date.UTC(2023, 9, 1, 20), 2))
      }
    })
  }
})

describe('a key that names the device', () => {
  const layout = 'tele/{yyyy}/{MM}/{dd}/{HH}/{identifier}/'
  const key = (device: string, name = 'a'): string => `tele/2023/10/01/10/${device}/${name}`
  const words = ['THING00001', 'logs', '2023/10/01']

  it('all bytes of its objects are kept, and no other object is listed', async () => {
    const text = '# a header\n\nfirst\r\nTHING00002 second\n\n'
    const objects = {
      [key('THING00001', 'a.gz')]: gzipSync(text),
      [key('THING00001', 'b')]: 'no end of line',
      [key('THING000011')]: 'THING00001\n',
      [key('THING00002')]: 'THING00001\n'
    }
    const { text: kept, listed } = await exported(objects, { layout }, words)
    assert.equal(kept, `${text}no end of line\n`)
    assert.equal(listed, 2)
  })

  const event = { id: '', timestamp: Date.UTC(2023, 9, 1, 10), message: 'no name here' }
  const envelope = { messageType: 'DATA_MESSAGE', owner: '1', logGroup: 'g', logStream: 's', logEvents: [event, event] }
  const samples: readonly (readonly [format: string, stored: string, kept: string])[] = [
    ['json-concatenated', '{"t":1}{"t":2}', '{"t":1}\n{"t":2}\n'],
    ['json-lines', '{"t":1}\n{"t":2}\n', '{"t":1}\n{"t":2}\n'],
    ['cloudwatch', JSON.stringify(envelope), 'no name here\nno name here\n']
  ]
  for (const [format, stored, kept] of samples) {
    it(`all records of its objects are kept (${format})`, async () => {
      const objects = { [key('THING00001')]: stored, [key('THING00002')]: stored }
      const { text } = await exported(objects, { layout, format }, [...words, 'format=raw'])
      assert.equal(text, kept)
    })
  }

  it('an empty answer names keys that contain the identifier, if the layout does not say that they name it', async () => {
    const objects = { [key('THING00001')]: '{"t":1}\n', [key('THING00002')]: '{"t":2}\n' }
    const plain = { layout: 'tele/{yyyy}/{MM}/{dd}/{HH}/' }
    const { looked } = await exported(objects, plain, words)
    assert.deepEqual(looked[0]!.naming, [key('THING00001')])
    assert.match(lookedLines(looked[0]!).join(), /keys contain the identifier.*tele\/2023\/10\/01\/10\/THING00001\/a/)
    const lower = await exported(objects, plain, ['thing00002', 'logs', '2023/10/01', 'case=ignore'])
    assert.deepEqual(lower.looked[0]!.naming, [key('THING00002')])
    assert.equal((await exported(objects, plain, ['THING00003', 'logs', '2023/10/01'])).looked[0]!.naming, undefined)
  })

  it('a window of record time still selects by time', async () => {
    const line = (hour: number): string => `${JSON.stringify({ timestamp: Date.UTC(2023, 9, 1, hour) })}\n`
    const objects = { [key('THING00001')]: line(9) + line(10) + line(11) }
    const words = ['THING00001', 'logs', '2023/10/01T10', 'window=event']
    assert.equal((await exported(objects, { layout, format: 'json-lines' }, words)).text, line(10))
  })
})
