import type { Template } from '../infra/apps.ts'

/*
 * CloudFormation of a peer, asked as its API wants it
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html): no SDK is worth two calls.
 */

const version = '2010-05-15'

/** Makes a stack of a template. @throws Error with what the peer says */
export async function createStack(name: string, template: Template): Promise<void> {
  await call({ Action: 'CreateStack', StackName: name, TemplateBody: JSON.stringify(template) })
}

/** The types of what the stack has, sorted. */
export async function resourceTypes(name: string): Promise<string[]> {
  const answer = await call({ Action: 'DescribeStackResources', StackName: name })
  return [...answer.matchAll(/<ResourceType>([^<]+)</g)].map(([, type]) => type!).sort()
}

/** The template with resources of some types alone, without what refers to others, and without what only CDK's CLI reads. */
export function only(template: Template, types: readonly string[]): Template {
  const resources = { ...template.Resources }
  const dropped = Object.keys(resources).filter((id) => !types.includes(resources[id]!.Type))
  for (let id = dropped.pop(); id !== undefined; id = dropped.pop()) {
    delete resources[id]
    const left = Object.entries(resources)
    for (const [other, resource] of left) if (refersTo(resource, id) && !dropped.includes(other)) dropped.push(other)
  }
  return { Resources: resources }
}

const refersTo = (resource: object, id: string): boolean => {
  const text = JSON.stringify(resource)
  return text.includes(`"Ref":"${id}"`) || text.includes(`"Fn::GetAtt":["${id}"`)
}

async function call(parameters: Readonly<Record<string, string>>): Promise<string> {
  const endpoint = process.env.AWS_ENDPOINT_URL_S3
  if (endpoint === undefined) throw new Error('No server to test against: npm run test:peers')
  // The peer finds the service in the scope of the credential; it checks no signature.
  const scope = `20260101/${process.env.AWS_REGION}/cloudformation/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=host, Signature=none`
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Version: version, ...parameters })
  })
  const text = await response.text()
  if (response.ok) return text
  throw new Error(`${parameters.Action} ${parameters.StackName}: ${response.status}: ${text.slice(0, 1_000)}`)
}
