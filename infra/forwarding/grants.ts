import { arnOf, objectsArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import type { Grant } from '../grant.ts'
import { forwardDeadLetters, forwarder } from '../names.ts'
import { listing, readLogs } from '../store/reading.ts'
import type { Forward } from './forward.ts'

/** What the forwarder may do: read logs, receive and send messages, store rejected records, write to its sink. */
export function forwardGrants(deployment: Deployment, { sink, settings }: Forward): readonly Grant[] {
  const { prefix, results } = deployment
  const { domain, secret, subnets } = settings
  const queue = arnOf(deployment, 'sqs', forwarder(prefix, sink))
  const rejected = `${deployment.rejected}${sink}/`
  return [
    ...readLogs(deployment),
    listing(deployment, results.bucket, [rejected], ['s3:ListBucketMultipartUploads']),
    {
      actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      resources: [objectsArnOf(deployment, results.bucket, rejected)],
      because: 'Rejected records are named by their objects; only their prefix is granted'
    },
    {
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      resources: [queue]
    },
    // When its time is over, the forwarder sends the rest of an object as another message.
    { actions: ['sqs:SendMessage'], resources: [queue, arnOf(deployment, 'sqs', forwardDeadLetters(prefix, sink))] },
    ...(secret === undefined ? [] : [{ actions: ['secretsmanager:GetSecretValue'], resources: [secret] }]),
    ...(domain === undefined ? [] : [domainGrant(domain)]),
    ...(subnets.length > 0 ? [networkGrant] : [])
  ]
}

/** Bulk requests; index templates are installed by a person. */
function domainGrant(domain: string): Grant {
  const isServerless = domain.split(':')[2] === 'aoss'
  if (isServerless) return { actions: ['aoss:APIAccessAll'], resources: [domain] }
  return { actions: ['es:ESHttpPost'], resources: [`${domain}/_bulk`] }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const networkGrant: Grant = {
  actions: [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses'
  ],
  resources: ['*'],
  because: 'Lambda makes network interfaces with ids that nobody knows before'
}
