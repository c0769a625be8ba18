import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { IotLogError, ProblemsError } from '../../../worker/contract/errors.ts'
import { failureOf } from '../../../worker/jobs/attempt.ts'

const place = { environment: 'dev', maxArchiveBytes: 54e9 }

describe('the failure of an attempt', () => {
  it('a failure has the error’s text for people, if there is one', () => {
    const error = new IotLogError('query-failed', 'Query 1 has failed: s3://…', { userText: 'The query has failed.' })
    assert.deepEqual(failureOf(error, place), {
      code: 'query-failed',
      userText: 'The query has failed.',
      operatorText: 'Query 1 has failed: s3://…'
    })
  })

  it('a failure has the mistake itself when the request is wrong', () => {
    const text = 'engine=athena: Athena can’t read this: command has no table'
    const error = new ProblemsError('wrong-words', [{ subject: 'engine=athena', text }])
    assert.equal(failureOf(error, place).userText, text)
  })

  it('a failure has no operator’s text otherwise', () => {
    const error = new IotLogError('denied', 'Access denied: s3://logs: it needs s3:ListBucket')
    assert.match(failureOf(error, place).userText, /has no permission to read the logs of dev/)
    assert.match(failureOf(new IotLogError('query-failed', 'x'), place).userText, /engine=scan/)
    assert.match(failureOf(new TypeError('x is undefined'), place).userText, /internal error/)
  })
})
