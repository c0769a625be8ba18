import { CfnOutput } from 'aws-cdk-lib'
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'
import { createFunction } from '../function.ts'
import { ingressSecret, slackFunction } from '../names.ts'
import { slackGrants } from './grants.ts'

/** Answers are due in 3 s and ready in 2.5; what takes longer is cut by Slack anyway. */
const timeoutSeconds = 10
/** CPU comes with memory, and a cold start is CPU. */
const memoryMiB = 1024

/** The Lambda that Slack calls, and its URL without a slash at the end. */
export function createIngress(
  scope: Construct,
  home: Deployment,
  deployments: readonly Deployment[],
  code: string
): string {
  const { slackConcurrency, publicUrl } = home.settings
  const made = createFunction(scope, 'Slack', home, {
    name: slackFunction(home.prefix),
    bundle: 'slack',
    code,
    description: 'iot-log: commands and buttons of Slack, downloads',
    memoryMiB,
    timeoutSeconds,
    grants: slackGrants(home, deployments),
    environment: {
      IOT_LOG_SECRET_ID: ingressSecret(home.prefix),
      ...(publicUrl !== undefined && { IOT_LOG_PUBLIC_URL: publicUrl })
    },
    // Nothing but this stands between the URL and the account's other functions.
    ...(slackConcurrency > 0 && { more: { reservedConcurrentExecutions: slackConcurrency } })
  })
  // Slack can't sign for IAM: the function checks Slack's own signature before it does anything. Both permissions that a
  // public URL needs since November 2026 come with it (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
  const url = made.addFunctionUrl({ authType: FunctionUrlAuthType.NONE })
  new CfnOutput(scope, 'IngressUrl', { value: url.url, description: 'For the manifest of the Slack app' })
  return publicUrl ?? url.url
}
