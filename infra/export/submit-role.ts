import { AccountPrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { iamArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { jobEventsFunction, slackFunction, submitRole } from '../names.ts'
import { createRole } from '../role.ts'
import { submitGrants } from './grants.ts'

/** The role of `submit.roleArn`: the ingress assumes it to submit and stop jobs of this environment. */
export function createSubmitRole(scope: Construct, deployment: Deployment): void {
  const { submit, home } = deployment
  if (submit.roleArn === null) return
  const callers = [slackFunction(home.prefix), jobEventsFunction(home.prefix)]
  createRole(scope, 'SubmitRole', {
    name: submitRole(submit.roleArn),
    description: 'The ingress of iot-log submits and stops jobs',
    // A condition, because IAM rejects a principal that does not exist yet.
    principal: new AccountPrincipal(home.account).withConditions({
      ArnEquals: { 'aws:PrincipalArn': callers.map((caller) => iamArnOf(home, `role/${caller}`)) }
    }),
    grants: submitGrants(deployment, [submit.spotQueue, submit.onDemandQueue])
  })
}
