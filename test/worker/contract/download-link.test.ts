import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { checkDownload, downloadPath } from '../../../worker/contract/download-link.ts'

const key = 'a key of sixteen or more'
const id = '01jabcdefghjkmnpqrstvwxyz0'
const expiresMs = Date.UTC(2023, 9, 2, 2)

/** As a Function URL hands it over. */
function queryOf(path: string): URLSearchParams {
  return new URLSearchParams(path.slice(path.indexOf('?') + 1))
}

describe('a download link', () => {
  it('a link has the shape that mails, phones and logs accept', () => {
    assert.match(
      downloadPath(key, id, expiresMs),
      /^\/download\/01jabcdefghjkmnpqrstvwxyz0\?e=1696212000&s=[0-9a-f]{32}$/
    )
  })

  it('a link is valid as long as it says, to the second, and then reports that it has expired', () => {
    const query = queryOf(downloadPath(key, id, expiresMs))
    assert.equal(checkDownload([key], id, query, expiresMs - 3_600_000), 'valid')
    assert.equal(checkDownload([key], id, query, expiresMs), 'valid')
    assert.equal(checkDownload([key], id, query, expiresMs + 1), 'expired')
  })

  it('a link never expires before the reported time', () => {
    const query = queryOf(downloadPath(key, id, expiresMs + 1))
    assert.equal(checkDownload([key], id, query, expiresMs + 1), 'valid')
  })

  it('a link is valid while its key is one of several', () => {
    const query = queryOf(downloadPath('the old key', id, expiresMs))
    assert.equal(checkDownload([key, 'the old key'], id, query, 0), 'valid')
    assert.equal(checkDownload(['the old key', key], id, query, 0), 'valid')
    assert.equal(checkDownload([key], id, query, 0), 'forged')
    assert.equal(checkDownload([], id, query, 0), 'forged')
  })

  it('a link is valid for one job', () => {
    assert.equal(checkDownload([key], id.replace('0', '1'), queryOf(downloadPath(key, id, expiresMs)), 0), 'forged')
  })

  it('a link with a changed expiry is forged, not expired', () => {
    const query = queryOf(downloadPath(key, id, expiresMs))
    query.set('e', '1796212000')
    assert.equal(checkDownload([key], id, query, 0), 'forged')
    query.set('e', '1')
    assert.equal(checkDownload([key], id, query, expiresMs), 'forged')
  })

  it('a link is forged when a part is missing, repeated or written differently', () => {
    const good = queryOf(downloadPath(key, id, expiresMs))
    const [e, s] = [good.get('e')!, good.get('s')!]
    const wrong = [
      '',
      `e=${e}`,
      `s=${s}`,
      `e=${e}&e=${e}&s=${s}`,
      `e=${e}&s=${s}&s=${s}`,
      `e=${e}&s=`,
      `e=${e}&s=${s.slice(1)}`,
      `e=${e}&s=${s}0`,
      `e=${e}&s=${s.toUpperCase()}`,
      `e=+${e}&s=${s}`,
      `e=0${e}&s=${s}`,
      `e=${e}.0&s=${s}`,
      `e=1e9&s=${s}`,
      `e=NaN&s=${s}`,
      `e=${'9'.repeat(400)}&s=${s}`
    ].filter((query) => query !== good.toString())
    for (const query of wrong) {
      // Upper case may be what it was, if it has no letter.
      if (query === `e=${e}&s=${s.toUpperCase()}` && s === s.toUpperCase()) continue
      assert.equal(checkDownload([key], id, new URLSearchParams(query), 0), 'forged', query)
    }
  })

  it('a link with an empty key is neither signed nor valid', () => {
    assert.throws(() => downloadPath('', id, expiresMs), RangeError)
    assert.equal(checkDownload([''], id, queryOf(downloadPath(key, id, expiresMs)), 0), 'forged')
  })

  it('a link is valid only as it was made, for any change', () => {
    const query = queryOf(downloadPath(key, id, expiresMs)).toString()
    const changed = fc.record({ at: fc.nat(query.length - 1), to: fc.constantFrom(...'0123456789abcdef&=%+es') })
    fc.assert(
      fc.property(changed, ({ at, to }) => {
        const other = query.slice(0, at) + to + query.slice(at + 1)
        assert.equal(checkDownload([key], id, new URLSearchParams(other), 0), other === query ? 'valid' : 'forged')
      })
    )
  })
})
