import { CfnRule } from 'aws-cdk-lib/aws-events'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { arnOf } from '../arns.ts'
import { type Deployment, isSameSite } from '../deployment.ts'
import { jobEndedPattern } from '../job-ended.ts'
import { createRole } from '../role.ts'

/** Sends the events of ended jobs to the ingress, if it has another account or region. */
export function createEventRelay(scope: Construct, deployment: Deployment): void {
  const { home, prefix } = deployment
  if (isSameSite(deployment, home)) return
  const bus = arnOf(home, 'events', 'event-bus/default')
  const role = createRole(scope, 'RelayRole', {
    name: `${prefix}-relay`,
    description: 'EventBridge passes ends of jobs on to the ingress',
    principal: new ServicePrincipal('events.amazonaws.com'),
    grants: [{ actions: ['events:PutEvents'], resources: [bus] }]
  })
  new CfnRule(scope, 'RelayRule', {
    name: `${prefix}-relay`,
    description: 'Ends of jobs, to the ingress of iot-log',
    eventPattern: jobEndedPattern([deployment], ['FAILED', 'SUCCEEDED']),
    targets: [{ id: 'ingress', arn: bus, roleArn: role.roleArn }]
  })
}
