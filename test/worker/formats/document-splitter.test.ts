import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DocumentSplitter } from '../../../worker/formats/document-splitter.ts'
import { chunksOf } from './read-records.ts'

function split(text: string | Buffer, lengths?: readonly number[], wrapperKey?: string): string[] {
  const documents: string[] = []
  const take = (bytes: Buffer, start: number, end: number) => documents.push(bytes.toString('utf8', start, end))
  const splitter = new DocumentSplitter(1 << 20, take, { wrapperKey })
  for (const chunk of chunksOf(Buffer.from(text), lengths)) splitter.push(chunk)
  splitter.finish(true)
  return documents
}

describe('document splitter', () => {
  test('the document splitter finds any documents behind each other, whatever the separator and the chunks', () => {
    const document = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value))
    const separator = fc.constantFrom('', ' ', '\n', '\r\n', '\t', ',', ', ', '\x1e')
    fc.assert(
      fc.property(
        fc.array(document, { maxLength: 8 }),
        separator,
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        (documents, between, isArray, lengths) => {
          const text = documents.join(between)
          assert.deepEqual(split(isArray ? `[${documents.join(',')}]` : text, lengths), documents)
        }
      ),
      { seed: 20231001, numRuns: 1500 }
    )
  })

  test('the document splitter finds the elements of a wrapper, pretty-printed or not', () => {
    const elements = [{ a: '}{"x' }, { b: [{ Records: [] }] }]
    for (const text of [JSON.stringify({ Records: elements }), JSON.stringify({ Records: elements }, null, 2)]) {
      for (const lengths of [[1], [3], [text.length]]) {
        const found = split(text + text, lengths, 'Records').map((document) => JSON.parse(document))
        assert.deepEqual(found, [...elements, ...elements])
      }
    }
    assert.deepEqual(split('{"Records":{"a":1}}', [1], 'Records'), ['{"Records":{"a":1}}'])
    assert.deepEqual(split(`{${' '.repeat(900)}"Records":[{},{}]}`, [100], 'Records').length, 2)
    assert.deepEqual(split(`{${' '.repeat(2000)}"Records":[{}]}`, [100], 'Records').length, 1)
  })

  test('the document splitter starts over after a document that was cut off', () => {
    const good = (number: number): string => `{"id":${number},"text":"a \\"b\\" }{"}`
    for (const cut of ['{"id":0,"text":"it was cut', '{"id":0,"text":', '{"id":0,"te', '{"id":0,"list":[{"x":1}']) {
      const documents = split([good(1), cut, good(2), good(3), good(4)].join(''))
      assert.equal(documents[0], good(1))
      assert.deepEqual(documents.slice(-1), [good(4)], cut)
      assert.equal(documents.join(''), [good(1), cut, good(2), good(3), good(4)].join(''), 'no byte is lost')
      const separated = split([good(1), cut, good(2), good(3), good(4)].join('\n'))
      assert.deepEqual(separated.slice(-2), [good(3), good(4)], `${cut} on a line`)
    }
  })

  test('the document splitter starts over after a string that was cut off', () => {
    const good = (number: number): string => `{"id":${number},"text":"plain"}`
    for (const between of ['', '\n']) {
      const documents = split([good(1), '{"id":0,"text":"it was cut', ...[2, 3, 4, 5].map(good)].join(between))
      assert.deepEqual(documents.slice(-2), [good(4), good(5)])
    }
  })

  test('the document splitter takes documents up to the limit, and none beyond', () => {
    for (const lengths of [[1], [1000]]) {
      const found: number[] = []
      const splitter = new DocumentSplitter(100, (_bytes, start, end) => found.push(end - start))
      const push = (length: number): void => {
        for (const chunk of chunksOf(Buffer.from(`{"a":"${'x'.repeat(length - 8)}"}`), lengths)) splitter.push(chunk)
      }
      push(99)
      push(100)
      assert.throws(() => push(101), { message: 'line-limit' })
      assert.deepEqual(found, [99, 100])
    }
  })

  test('the document splitter carries the end of a chunk of any length', () => {
    const long = `{"a":"${'x'.repeat(300_000)}"}`
    for (const length of [70_000, 299_999, 1_000_000])
      assert.deepEqual(split(`{}${long}{}`, [length]), ['{}', long, '{}'])
  })

  test('the document splitter keeps what is no document, up to the end of its line', () => {
    assert.deepEqual(split('\ufeff{"a":1}\nplain [text], with "marks"\r\n{"b":2} tail'), [
      '{"a":1}',
      'plain [text], with "marks"',
      '{"b":2}',
      'tail'
    ])
    assert.deepEqual(split('[1,2]\n[]\n[ [{"a":1}]'), ['[1,2]', '[ [{"a":1}]'])
    assert.deepEqual(split('[INFO] started\n'), ['[INFO] started'])
    assert.deepEqual(split('{"a":'), ['{"a":'])
    assert.deepEqual(split(''), [])
  })

  test('the document splitter keeps text among documents whole, wherever it is cut', () => {
    const a = '{"a":1}'
    const cases: readonly (readonly [string, readonly string[]])[] = [
      [`${a}${a}\ntext {"t":1,"u":{"v":2}} dropped\n${a}\n`, [a, a, 'text {"t":1,"u":{"v":2}} dropped', a]],
      ['boot {ok} of "one"', ['boot {ok} of "one"']],
      ['{ok} {"a":1}\n{}', ['{ok} {"a":1}', '{}']],
      [`"door {open} \\" at one"${a}"two"\n"three" ${a}`, ['"door {open} \\" at one"', a, '"two"', '"three"', a]],
      [`"one" says {"b":2}\n${a}`, ['"one" says {"b":2}', a]],
      [`"unclosed {"b":2}\n${a}`, ['"unclosed {"b":2}', a]],
      [`${a} tail {"b":2}\r\n${a}`, [a, 'tail {"b":2}', a]],
      [`text\r${a}\rmore\rtext`, ['text', a, 'more\rtext']],
      [`{"b":[${a}]}]} ${a}`, [`{"b":[${a}]}`, ']}', a]],
      [`[${a},"b",${a}]${a}`, [a, '"b"', a, a]],
      [`\ufeff${a}\n\ufeff text`, [a, 'text']],
      [`{${' '.repeat(500)}"a":1}{\n}`, [`{${' '.repeat(500)}"a":1}`, '{\n}']]
    ]
    for (const [text, expected] of cases) {
      const length = Buffer.byteLength(text)
      for (let at = 1; at <= length; at++) assert.deepEqual(split(text, [at, length]), expected, `${text} cut at ${at}`)
      assert.deepEqual(split(text, [1]), expected, `${text} byte by byte`)
    }
  })

  test('the document splitter gives the same documents however any marks are cut, and loses no byte', () => {
    const marks = fc.constantFrom('{', '}', '"', '{"', '{}', '[', ']', ',', '\\', '\n', '\r', ' ', 'x', ':', '\ufeff')
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 40 }), (parts) => {
        const text = parts.join('')
        const whole = split(text)
        const length = Buffer.byteLength(text)
        for (const lengths of [[1], [3, 1], [7]]) assert.deepEqual(split(text, lengths), whole, text)
        for (let at = 1; at < length; at++) assert.deepEqual(split(text, [at, length]), whole, text)
        let place = 0
        for (const document of whole) {
          place = text.indexOf(document, place) + document.length
          assert.ok(place >= document.length, text)
        }
        const meaning = (all: string): string => all.replace(/[\s,[\]\ufeff]/g, '')
        assert.equal(meaning(whole.join('')), meaning(text), text)
      }),
      { seed: 20261130, numRuns: 2000 }
    )
  })

  test('the document splitter holds one document and one chunk, and gives back what a long one took', () => {
    const splitter = new DocumentSplitter(32 << 20, () => {})
    const chunk = Buffer.alloc(256 * 1024, 'x')
    splitter.push(Buffer.from('{"a":"'))
    for (let pushed = 0; pushed < 31 << 20; pushed += chunk.length) splitter.push(chunk)
    assert.throws(
      () => {
        for (let pushed = 0; pushed < 2 << 20; pushed += chunk.length) splitter.push(chunk)
      },
      { message: 'line-limit' }
    )
    splitter.finish(false)
    splitter.push(Buffer.from('{}'))
    splitter.finish(true)
    assert.equal(splitter.handedOnBytes, 2)
  })
})
