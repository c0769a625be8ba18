import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { longestSkewSeconds, signBody, verifySignature } from '../../../ingress/slack/verify-signature.ts'

const { verifySlackRequest } = createRequire(import.meta.url)('@slack/bolt/dist/receivers/verify-request.js') as {
  verifySlackRequest(options: {
    signingSecret: string
    body: string
    headers: { 'x-slack-signature': string; 'x-slack-request-timestamp': number }
    nowMilliseconds: number
  }): void
}

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
const example = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  body: Buffer.from(
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
  ),
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
}
const nowMs = 1_531_420_618_000
const { body, timestamp, signature, secret } = example

describe('verifySignature', () => {
  it('verifySignature accepts Slack’s documented example', () => {
    assert.equal(signBody(body, timestamp, secret), signature)
    assert.equal(verifySignature(example, [secret], nowMs), 'valid')
  })

  it('verifySignature accepts any of several secrets, and no empty one', () => {
    assert.equal(verifySignature(example, ['another', secret], nowMs), 'valid')
    assert.equal(verifySignature(example, ['another'], nowMs), 'forged')
    assert.equal(verifySignature(example, [], nowMs), 'forged')
    const anyones = signBody(body, timestamp, '')
    assert.equal(verifySignature({ body, timestamp, signature: anyones }, [''], nowMs), 'forged')
  })

  it('verifySignature rejects what is more than five minutes old or early', () => {
    for (const direction of [1, -1]) {
      const at = (seconds: number): number => nowMs + direction * seconds * 1000
      assert.equal(verifySignature(example, [secret], at(longestSkewSeconds)), 'valid')
      assert.equal(verifySignature(example, [secret], at(longestSkewSeconds + 1)), 'stale')
    }
  })

  it('verifySignature rejects a malformed time or signature', () => {
    for (const odd of [undefined, '', 'NaN', '1531420618.0', ' 1531420618', '-1', '1e9', '0x5b47', '9'.repeat(400)]) {
      assert.equal(verifySignature({ body, signature, timestamp: odd }, [secret], nowMs), 'malformed')
    }
    const odd = [
      undefined,
      '',
      'v0=',
      signature.replace('v0', 'v1'),
      signature.slice(3),
      `${signature}0`,
      `${signature},${signature}`
    ]
    for (const one of [...odd, signature.toUpperCase(), 'v0=ü'.padEnd(67, 'a')]) {
      assert.equal(verifySignature({ body, timestamp, signature: one }, [secret], nowMs), 'malformed')
    }
  })

  it('verifySignature detects a change of any byte of the body', () => {
    for (let at = 0; at < body.length; at += 7) {
      const changed = Buffer.from(body)
      changed[at] = changed[at]! ^ 1
      assert.equal(verifySignature({ ...example, body: changed }, [secret], nowMs), 'forged')
    }
  })

  it('signBody signs bytes, not text: invalid UTF-8 stays distinct', () => {
    const odd = Buffer.from([0x61, 0xff, 0xfe])
    assert.equal(
      verifySignature({ body: odd, timestamp, signature: signBody(odd, timestamp, secret) }, [secret], nowMs),
      'valid'
    )
    const replaced = Buffer.from(odd.toString())
    assert.equal(
      verifySignature({ body: replaced, timestamp, signature: signBody(odd, timestamp, secret) }, [secret], nowMs),
      'forged'
    )
  })

  it('verifySignature agrees with bolt’s verifier on requests of the last five minutes', () => {
    const forgeries = ['none', 'body', 'time', 'secret', 'signature'] as const
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        fc.integer({ min: -longestSkewSeconds, max: 0 }),
        fc.nat(999),
        fc.constantFrom(...forgeries),
        (text, offsetSeconds, milliseconds, forgery) => {
          const secretNow = randomBytes(16).toString('hex')
          const time = 1_700_000_000 + offsetSeconds
          const now = 1_700_000_000_000 + milliseconds
          const signed = signBody(Buffer.from(text), String(time), secretNow)
          const request = {
            body: forgery === 'body' ? `${text}&` : text,
            timestamp: String(forgery === 'time' ? time - 1 : time),
            signature: forgery === 'signature' ? `v0=${'0'.repeat(64)}` : signed
          }
          const believed = forgery === 'secret' ? `${secretNow}0` : secretNow
          const ours = verifySignature({ ...request, body: Buffer.from(request.body) }, [believed], now)
          const isOutside = now - Number(request.timestamp) * 1000 >= (longestSkewSeconds + 1) * 1000
          assert.equal(ours, isOutside ? 'stale' : forgery === 'none' ? 'valid' : 'forged')
          assert.equal(ours === 'valid', boltTakes(request, believed, now))
        }
      ),
      { numRuns: 500 }
    )
  })
})

function boltTakes(
  request: { body: string; timestamp: string; signature: string },
  signingSecret: string,
  nowMilliseconds: number
): boolean {
  const headers = { 'x-slack-signature': request.signature, 'x-slack-request-timestamp': Number(request.timestamp) }
  try {
    verifySlackRequest({ signingSecret, body: request.body, headers, nowMilliseconds })
    return true
  } catch {
    return false
  }
}
