import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { dayObjects } from '../../bench/corpus/day.ts'
import { foundObjects, goodObjects, oddIdentifier } from '../support/odd-objects.ts'
import { type GrepOptions, grepLines } from '../support/oracle.ts'
import { exportTelemetry } from './export.ts'
import { running } from './running.ts'
import { resultsBucket } from './system.ts'
import { clearLogs, createCategoryTables, putLog } from './tables.ts'

/*
 * The worker's export with its own statement, run by Trino: the lines are those of grep over the stored text, but for
 * what the text reader does to carriage returns and to byte order marks.
 */

interface TestObject {
  readonly key: string
  readonly bytes: Buffer
  readonly text: Buffer
}

describe('an export by Athena', () => {
  before(() => {
    clearLogs()
    createCategoryTables()
  })

  const id = 'DEVICE-1'
  const oddLines = objectsOf('2023/10/03', {
    'empty lines': `\n\n${id}\n\n`,
    'a carriage return alone': `a ${id}\rb ${id}\rc\n`,
    CRLF: `a ${id}\r\nb\r\n${id}\r\n`,
    'quotes, commas and tabs': `"${id}",'x'\t${id}\t\n`,
    'byte 01': `a\x01${id}\x01\n\x01\n${id}\x01\n`,
    'texts that mean null': `\\N\n\\N ${id}\n${id}\\N\n`,
    backslashes: `\\${id}\\\n${id}\\n\n\\\n`,
    'every byte but those that end lines': everyByte(id),
    'a byte order mark': `\xef\xbb\xbf${id}\nb\n`,
    NUL: `\0${id}\0\n\0\n`,
    'invalid UTF-8': `\x80${id}\xc3\n\xe3\x81${id}\n\xfe\n`,
    'byte FF': `a\xff${id}\nb ${id}\xff\n${id}\nno\xff\n`,
    nothing: '',
    'no newline at the end': `x\n${id}`,
    'lines like compressed objects': `${id}\n\x1f${id}\nPK\x03${id}\n(\xb5/\xfd${id}\n(/${id}\n`,
    'a long line': `${'x'.repeat(300_000)}${id}${'y'.repeat(300_000)}\n`,
    JSON: `{"thingName":"${id}","text":"\\u00e9 \\"\\\\ ü"}\n{"thingName":"${id}0"}\n`
  })

  it('gives the lines of grep whatever bytes they hold', async () => {
    const { manifest, statements } = await assertSame(oddLines, [id], ['2023/10/03'], [id])
    assert.equal(statements.length, 1)
    assert.equal(manifest.status, 'complete')
    assert.ok(manifest.objects.queried > manifest.objects.read)
  })

  it('gives the lines of grep of a generated day', async () => {
    const options = { startMs: Date.UTC(2023, 9, 8), things: 100, textBytes: 2e6, seed: 11 }
    const day = [...dayObjects(options)].map((object) => ({ ...object, bytes: gzipSync(object.text) }))
    const telemetry = day.filter(({ key }) => key.startsWith('telemetry/'))
    const { manifest } = await assertSame(
      telemetry,
      ['THING00001', 'THING00007'],
      ['2023/10/08'],
      ['THING00001,THING00007']
    )
    assert.equal(manifest.objects.queried, telemetry.length)
  })

  for (const [words, options] of [
    [['match=word'], { match: 'word' }],
    [['case=ignore'], { case: 'ignore' }],
    [['match=word', 'case=ignore'], { match: 'word', case: 'ignore' }]
  ] as const) {
    it(`compares as grep does with ${words.join(' ')}`, async () => {
      const lines = ['Dev-1', 'dev-1', 'DEV-10', 'x DEV-1.', '_dev-1', '\xe3Dev-1\x80', 'DE\xe2\x84\xaaV-1', 'dev_1']
      const day = objectsOf('2023/10/04', { lines: lines.map((line) => `${line}\n`).join('') })
      await assertSame(day, ['Dev-1'], ['2023/10/04', ...words], ['Dev-1'], options)
    })
  }

  it('finds identifiers of any letters as themselves, or refuses them', async () => {
    const identifiers = [
      "it's",
      '"quoted"',
      '100%',
      'a_b',
      'back\\slash',
      '\\n',
      'a;b',
      '--',
      '?',
      "'; DROP TABLE telemetry; --",
      "') OR ('' = '",
      'ü日本',
      '{day}',
      'x'.repeat(1000)
    ]
    const text = identifiers.map((one) => `<${one}>\n`).join('')
    const day = objectsOf('2023/10/05', { all: Buffer.from(`${text}100x\naxb\nitss\nother\n`).toString('latin1') })
    let found = 0
    for (const identifier of identifiers) {
      const word = `"${identifier.replaceAll(/["\\]/g, '\\$&')}"`
      try {
        await assertSame(day, [identifier], ['2023/10/05'], [word])
        found++
      } catch (error) {
        // Refused before anything is asked.
        if ((error as { code?: string }).code !== 'wrong-words') throw error
      }
    }
    assert.ok(found >= 10, `${found} found`)
  })

  it('gives the lines of objects that are not what their names say, read by the worker itself', async () => {
    const id = oddIdentifier
    const usual = Array.from({ length: 8 * 16 }, (_, at) => ({
      key: `telemetry/2023/10/06/${String(at % 24).padStart(2, '0')}/usual ${at}.gz`,
      text: Buffer.from(`${at} ${id}\n${at}\n`)
    }))
    const odd = [...goodObjects, ...foundObjects].map(({ name, bytes, text }, at) => {
      return {
        key: `telemetry/2023/10/06/${String(at % 24).padStart(2, '0')}/v ${name.replaceAll('/', ' ')}`,
        bytes,
        text
      }
    })
    const hidden = [
      '_hidden.gz',
      '.hidden.gz',
      'folder/object.gz',
      'folder/_hidden.gz',
      '_folder/object.gz',
      'x.snappy'
    ]
    const text = Buffer.from(`${id} by the worker\n`)
    const day: TestObject[] = [
      ...usual.map((object) => ({ ...object, bytes: gzipSync(object.text) })),
      ...odd,
      ...hidden.map((name) => ({ key: `telemetry/2023/10/06/03/${name}`, bytes: gzipSync(text), text })),
      { key: 'telemetry/2023/10/06/04/frames.zst', bytes: zstdCompressSync(text), text }
    ]
    await assertSame(day, [id], ['2023/10/06'], [id])
  })

  it('the worker reads an object that makes the query fail, and says what is wrong with it', async () => {
    const good = { key: 'telemetry/2023/10/07/00/good.gz', text: Buffer.from(`${id} good\n`) }
    const large = Buffer.from(Array.from({ length: 100_000 }, (_, at) => `${id} ${at} ${Math.sin(at)}\n`).join(''))
    const whole = gzipSync(large)
    const damaged = {
      "00/cut (1), it's;.gz": [gzipSync(good.text).subarray(0, -12), 'truncated'],
      '01/wrong check.gz': [Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8, 1)]), 'bad-crc'],
      '02/cut late.gz': [whole.subarray(0, 1_000_000), 'truncated']
    } as const
    putLog(good.key, gzipSync(good.text))
    for (const [name, [bytes, reason]] of Object.entries(damaged)) {
      const hour = name.slice(0, 2)
      putLog(`telemetry/2023/10/07/${name}`, bytes)
      const words = [id, 'telemetry', `2023/10/07T${hour}`]
      const { lines, manifest, statements } = await exportTelemetry([...words, 'engine=athena'])
      const scan = await exportTelemetry([...words, 'engine=scan'])
      assert.deepEqual(lines, scan.lines)
      assert.deepEqual(manifest?.notRead, scan.manifest?.notRead)
      if (manifest) assert.equal(manifest.notRead[0].reason, reason)
      assert.equal(statements.length, 2)
    }
  })

  it('asks for the hours of a window, over days', async () => {
    const day = ['09/22', '09/23', '10/00', '10/01', '10/02'].map((place) => {
      const text = Buffer.from(`${id} ${place}\n`)
      return { key: `telemetry/2023/10/${place}/o.gz`, bytes: gzipSync(text), text }
    })
    await assertSame(day.slice(1, 4), [id], ['2023/10/09T23..2023/10/10T02'], [id], {}, day)
  })
})

function everyByte(id: string): string {
  const bytes = Array.from({ length: 0xff }, (_, byte) => String.fromCharCode(byte))
  return bytes
    .filter((byte) => !/[\r\n]/.test(byte))
    .map((byte) => `a${byte}${id}${byte}\n`)
    .join('')
}

/** Objects of a day: each text as gzip and as it is, at hours one after the other. Texts are Latin-1. */
function objectsOf(day: string, texts: Readonly<Record<string, string>>): TestObject[] {
  return Object.entries(texts).flatMap(([name, latin1], at) => {
    const text = Buffer.from(latin1, 'latin1')
    const start = `telemetry/${day}/${String(at % 24).padStart(2, '0')}/${name}`
    return [
      { key: `${start}.gz`, bytes: gzipSync(text), text },
      { key: `${start}.log`, bytes: text, text }
    ]
  })
}

/** Exports by Athena, and compares with grep over the texts. */
async function assertSame(
  expected: readonly TestObject[],
  identifiers: readonly string[],
  when: readonly string[],
  words: readonly string[],
  options: GrepOptions = {},
  put = expected
) {
  for (const { key, bytes } of put) putLog(key, bytes)
  const exported = await exportTelemetry([...words, 'telemetry', ...when, 'engine=athena'])
  const isScanned = (key: string, text: Buffer): boolean => text.includes(0xff) || /\/v |frames|folder/.test(key)
  const texts = expected.map(({ key, text }) =>
    grepLines(isScanned(key, text) ? text : asRead(text), identifiers, options)
  )
  // Within an object lines are in order of time and bytes, which the tests of the stand-in hold to.
  const sortedLines = (text: Buffer | undefined) => text?.toString('latin1').split('\n').sort()
  assert.deepEqual(sortedLines(exported.lines), sortedLines(Buffer.concat(texts)))
  assert.deepEqual(running().s3.keys(resultsBucket), [], 'results that were left')
  return exported
}

/** What Athena's text reader makes of a text. */
function asRead(text: Buffer): Buffer {
  const lines = text.toString('latin1').replaceAll(/\r\n?/g, '\n')
  return Buffer.from(lines.replace(/^\xef\xbb\xbf/, ''), 'latin1')
}
