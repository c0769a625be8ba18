import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { arnOf, bucketArnOf, objectsArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import type { Grant } from '../grant.ts'
import { deliveryLogGroup } from '../names.ts'
import { createRole } from '../role.ts'
import { logRoots } from './lifecycle.ts'
import { keyUse } from './reading.ts'

/** The role of an environment's streams: they write only to the prefixes of its categories. */
export function createDeliveryRole(scope: Construct, deployment: Deployment): string {
  const { account, prefix } = deployment
  const streams = arnOf(deployment, 'firehose', `deliverystream/${prefix}-*`)
  const role = createRole(scope, 'DeliveryRole', {
    name: `${prefix}-delivery`,
    description: 'Firehose puts log objects into the log store',
    principal: new ServicePrincipal('firehose.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnLike: { 'aws:SourceArn': streams } }
    }),
    grants: deliveryGrants(deployment)
  })
  return role.roleArn
}

/** https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3 */
function deliveryGrants(deployment: Deployment): readonly Grant[] {
  const { logs } = deployment
  const roots = [...logRoots(deployment), `${logs.prefix}errors/`]
  return [
    {
      actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
      resources: roots.map((root) => objectsArnOf(deployment, logs.bucket, root)),
      because: 'Firehose names its objects by time'
    },
    {
      actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      resources: [bucketArnOf(deployment, logs)]
    },
    ...keyUse(deployment),
    {
      actions: ['logs:PutLogEvents'],
      resources: [arnOf(deployment, 'logs', `log-group:${deliveryLogGroup(deployment)}:log-stream:*`)],
      because: 'One log stream for each delivery stream, in the one log group of deliveries'
    }
  ]
}
