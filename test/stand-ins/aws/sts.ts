import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from '../s3/connections.ts'
import type { Credentials } from '../s3/signature.ts'
import { element } from '../s3/xml.ts'
import { authenticate } from './authenticate.ts'
import { Refusal } from './refusal.ts'

/*
 * AWS STS as far as a job in another account needs it: AssumeRole
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
 */

export interface StsServerOptions {
  /** Who may assume every role. */
  readonly credentials: Credentials
  readonly region: string
}

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'
const document = (root: string, inside: string): string => `<${root} xmlns="${namespace}">${inside}</${root}>`

/** A running STS. Disposing closes it. */
export interface StsServer extends AsyncDisposable {
  readonly url: string
  /** The roles that were assumed, in order. */
  readonly assumed: string[]
  /** For how long the next credentials are lent, whatever was asked for; 3,600 unless set. */
  lentSeconds: number
  /** The n-th access key that is lent. */
  accessKeyIdOf(position: number): string
  /** Those that were lent. */
  credentialsOf(accessKeyId: string): Credentials | undefined
}

export async function startSts({ credentials, region }: StsServerOptions): Promise<StsServer> {
  const lent = new Map<string, Credentials>()
  const credentialsOf = (id: string): Credentials | undefined =>
    id === credentials.accessKeyId ? credentials : undefined
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('content-type', 'text/xml')
    try {
      const body = await text(incoming)
      authenticate(incoming, Buffer.from(body), { service: 'sts', credentialsOf, region, nowMs: Date.now() })
      response.writeHead(200).end(assumeRole(new URLSearchParams(body)))
    } catch (error) {
      const { status, type, message } = error instanceof Refusal ? error : new Refusal('Unknown', 'Unknown')
      const inside = element('Code', type) + element('Message', message)
      response.writeHead(status).end(document('ErrorResponse', `<Error>${inside}</Error>`))
    }
  }
  const assumeRole = (form: URLSearchParams): string => {
    const role = form.get('RoleArn') ?? ''
    if (form.get('Action') !== 'AssumeRole' || !role.startsWith('arn:aws:iam::') || !form.get('RoleSessionName')) {
      throw new Refusal('ValidationError', 'Not an AssumeRole')
    }
    const accessKeyId = sts.accessKeyIdOf(sts.assumed.push(role))
    const session = {
      accessKeyId,
      secretAccessKey: `secret of ${accessKeyId}`,
      sessionToken: `token of ${accessKeyId}`
    }
    lent.set(accessKeyId, session)
    const inside =
      element('AccessKeyId', accessKeyId) +
      element('SecretAccessKey', session.secretAccessKey) +
      element('SessionToken', session.sessionToken) +
      element('Expiration', new Date(Date.now() + sts.lentSeconds * 1000).toISOString())
    return document('AssumeRoleResponse', `<AssumeRoleResult><Credentials>${inside}</Credentials></AssumeRoleResult>`)
  }
  const connections = await listen(
    createServer((...pair) => void answer(...pair)),
    0
  )
  const sts: StsServer = {
    url: `http://127.0.0.1:${connections.port}`,
    assumed: [],
    lentSeconds: 3_600,
    accessKeyIdOf: (position) => `ASIASESSION${position}`,
    credentialsOf: (id) => lent.get(id),
    [Symbol.asyncDispose]: () => connections.shut()
  }
  return sts
}
