import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { logLevels } from '../../../worker/contract/log-level.ts'
import { createLog, errorFields } from '../../../worker/report/log.ts'

describe('the log', () => {
  const logged = (message: string, fields: Record<string, string>): string => {
    const lines: string[] = []
    createLog(
      'info',
      (line) => void lines.push(line),
      () => 0
    ).info(message, fields)
    return lines.join('\n')
  }

  it('the log writes one line of JSON for any text', () => {
    const line = logged('two\nlines', { text: 'a\u001b[31mred\u0007\r\n{"forged":1}\u2028\u202e' })
    assert.ok(!line.includes('\n'))
    assert.deepEqual(JSON.parse(line), {
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      message: 'two lines',
      text: 'a [31mred {"forged":1} '
    })
  })

  it('the log masks what looks like a secret', () => {
    const texts = [
      'token xoxb-123-abc',
      'https://hooks.slack.com/commands/T1/2/abcDEF',
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      'https://bucket/key?X-Amz-Signature=abcDEF&x=1',
      'GET /download/x?e=1&s=abcDEF'
    ]
    for (const text of texts) assert.doesNotMatch(logged('x', { text }), /abcDEF|xoxb|a2114d/, text)
  })

  it('the log has the code and cause of an error', () => {
    const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'denied' })
    assert.deepEqual(errorFields(error), { error: 'Error: outer', code: 'denied', cause: 'TypeError: inner' })
    assert.deepEqual(errorFields('text'), { error: 'text' })
  })

  it('the log follows its level, and always has errors', () => {
    const said = logLevels.map((level) => {
      const lines: string[] = []
      const log = createLog(
        level,
        (line) => void lines.push(line),
        () => 0
      )
      for (const say of ['debug', 'detailed', 'info', 'warn', 'error'] as const) log[say]('x')
      return lines.map((line) => JSON.parse(line).level)
    })
    assert.deepEqual(said, [
      ['info', 'warn', 'error'],
      ['detailed', 'info', 'warn', 'error'],
      ['debug', 'detailed', 'info', 'warn', 'error']
    ])
  })

  it('the log masks nested texts, too', () => {
    const lines: string[] = []
    createLog(
      'info',
      (line) => void lines.push(line),
      () => 0
    ).info('x', { list: [{ text: 'a\nb xoxb-123-abc' }] })
    assert.deepEqual(JSON.parse(lines[0]!).list, [{ text: 'a b [secret]' }])
  })

  it('the log has the program’s fields in each line, and the program’s name of the message', () => {
    const lines: string[] = []
    const shape = { messageKey: 'event', fields: { job: 'j', attempt: 1 } }
    const log = createLog(
      'info',
      (line) => void lines.push(line),
      () => 0,
      shape
    )
    log.warn('left-behind', { text: 'a\nb xoxb-123-abc' })
    const [time, level] = ['1970-01-01T00:00:00.000Z', 'warn']
    assert.deepEqual(JSON.parse(lines[0]!), {
      time,
      level,
      ...shape.fields,
      event: 'left-behind',
      text: 'a b [secret]'
    })
  })
})
