import { CfnOutput } from 'aws-cdk-lib'
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { arnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { createRole } from '../role.ts'
import { producersOf } from './sources.ts'

/** A role for each application account, which may only put records into the account's own streams. */
export function createProducerRoles(scope: Construct, deployment: Deployment): void {
  for (const [account, streams] of producersOf(deployment)) {
    const role = createRole(scope, `Producer-${account}`, {
      name: `${deployment.prefix}-producer-${account}`,
      description: `Applications of account ${account} deliver logs`,
      principal: new AccountPrincipal(account),
      grants: [
        {
          actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
          resources: streams.map((stream) => arnOf(deployment, 'firehose', `deliverystream/${stream}`))
        }
      ]
    })
    new CfnOutput(scope, `ProducerRole${account}`, { value: role.roleArn, description: `For account ${account}` })
  }
}
