import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Credentials, checkSignature, parseAmzDate, parseCredential } from '../s3/signature.ts'
import { parseQuery } from '../s3/uri.ts'

export interface SignatureSettings {
  readonly credentials: Credentials
  readonly region: string
  readonly service: string
}

const maxSkewMs = 5 * 60_000
const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=(?<credential>[^,\s]+), ?SignedHeaders=(?<headers>[^,\s]+), ?Signature=(?<signature>[0-9a-f]{64})$/

/** What is wrong with a request's SigV4 signature for a service; undefined when it is right. */
export function signatureProblem(
  incoming: IncomingMessage,
  body: Buffer,
  { credentials, region, service }: SignatureSettings
): string | undefined {
  const { headers } = incoming
  const fields = authorizationForm.exec(headers.authorization ?? '')?.groups
  const credential = parseCredential(fields?.credential ?? '')
  const date = String(headers['x-amz-date'] ?? '')
  const dateMs = parseAmzDate(date)
  if (!fields || !credential || dateMs === undefined) return 'Missing or malformed authorization'
  if (credential.service !== service) return `Credential should be scoped to correct service: '${service}'.`
  if (credential.region !== region) return `Credential should be scoped to a valid region: '${region}'.`
  if (Math.abs(dateMs - Date.now()) > maxSkewMs) return `Signature expired: ${date}`
  if (credential.accessKeyId !== credentials.accessKeyId) return 'The security token is invalid'
  if ((headers['x-amz-security-token'] ?? '') !== (credentials.sessionToken ?? '')) return 'The token is invalid'
  const signedHeaders = fields.headers!.split(';')
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-amz-date'))
    return 'Host and X-Amz-Date must be signed'
  const hash = createHash('sha256').update(body).digest('hex')
  const sent = headers['x-amz-content-sha256']
  // Serverless collections ask for it: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html
  if (service === 'aoss' && sent !== hash) return 'x-amz-content-sha256 is missing or wrong'
  const [rawPath, rawQuery = ''] = (incoming.url ?? '/').split('?') as [string, string?]
  const request = {
    method: incoming.method ?? 'GET',
    rawPath,
    rawQuery,
    pairs: parseQuery(rawQuery),
    query: new Map<string, string>(),
    headers,
    bucket: undefined,
    key: undefined,
    incoming
  }
  try {
    checkSignature(request, { credential, signedHeaders, signature: fields.signature!, date }, credentials, hash)
    return undefined
  } catch {
    return 'The request signature we calculated does not match the signature you provided.'
  }
}
