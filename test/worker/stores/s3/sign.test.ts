import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { S3Client } from '@aws-sdk/client-s3'
import { encodeKey, type SigningCredentials, signGet } from '../../../../worker/stores/s3/sign.ts'

const example = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const get = { path: '/test.txt', headers: { host: 'examplebucket.s3.amazonaws.com', range: 'bytes=0-9' } }

describe('the signature of a GET', () => {
  it('the signature is that of the example in AWS’s documentation', () => {
    // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: GET Object"
    const signed = signGet(get, example, 'us-east-1', Date.UTC(2013, 4, 24))
    assert.deepEqual(signed, {
      ...get.headers,
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'x-amz-date': '20130524T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, ' +
        'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'
    })
  })

  it('the signature is that of the SDK when day, secret, token or region change between two GETs', async () => {
    const beforeMidnight = Date.UTC(2023, 9, 1, 23, 59, 59, 999)
    const cases: readonly (readonly [SigningCredentials, string, number])[] = [
      [example, 'ap-northeast-1', beforeMidnight],
      [example, 'ap-northeast-1', beforeMidnight + 1],
      [example, 'eu-west-1', beforeMidnight + 1],
      [{ ...example, secretAccessKey: 'another' }, 'eu-west-1', beforeMidnight + 1],
      [{ ...example, sessionToken: 'a/token+of=credentials' }, 'eu-west-1', beforeMidnight + 1],
      [example, 'ap-northeast-1', beforeMidnight]
    ]
    for (const [credentials, region, nowMs] of cases) {
      const signed = signGet(get, credentials, region, nowMs)
      assert.equal(signed.authorization, await signatureOfSdk(credentials, region, nowMs))
      assert.equal(signed['x-amz-security-token'], credentials.sessionToken)
    }
  })
})

describe('a key in a path', () => {
  it('a key in a path has every byte encoded but the slash and unreserved characters', () => {
    assert.equal(encodeKey('a/Z-0._~'), 'a/Z-0._~')
    assert.equal(encodeKey("d=1/a b+c!'()*"), 'd%3D1/a%20b%2Bc%21%27%28%29%2A')
    assert.equal(encodeKey('%2F/é/日'), '%252F/%C3%A9/%E6%97%A5')
  })
})

async function signatureOfSdk(credentials: SigningCredentials, region: string, nowMs: number): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const own = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  const client = new S3Client({ region, credentials: own })
  const signer = await client.config.signer({ name: 'sigv4', signingName: 's3', signingRegion: region, properties: {} })
  const { path, headers } = get
  const request = { method: 'GET', protocol: 'https:', hostname: headers.host, path, query: {}, headers }
  const { headers: signed } = await signer.sign(request, { signingDate: new Date(nowMs) })
  return signed.authorization!
}
