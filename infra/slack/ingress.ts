import { CfnOutput } from 'aws-cdk-lib'
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'
import { createFunction } from '../function.ts'
import { ingressSecret, slackFunction } from '../names.ts'
import { ingressGrants } from './grants.ts'

/** Slack waits 3 s for an answer; the function answers within 2.5 s. */
const timeoutSeconds = 10
/** CPU comes with memory, and a cold start is CPU. */
const memoryMiB = 1024

/** The Lambda that Slack calls. Returns its URL, without a slash at the end. */
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
    grants: ingressGrants(home, deployments, 'spotQueue'),
    environment: {
      IOT_LOG_SECRET_ID: ingressSecret(home.prefix),
      ...(publicUrl !== undefined && { IOT_LOG_PUBLIC_URL: publicUrl })
    },
    // A limit, so that requests to the public URL leave concurrency for the account's other functions.
    ...(slackConcurrency > 0 && { more: { reservedConcurrentExecutions: slackConcurrency } })
  })
  // Slack can't sign for IAM: the function checks Slack's own signature first. CDK adds both permissions that a public
  // URL needs since November 2026 (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
  const url = made.addFunctionUrl({ authType: FunctionUrlAuthType.NONE })
  new CfnOutput(scope, 'IngressUrl', { value: url.url, description: 'For the manifest of the Slack app' })
  return publicUrl ?? url.url
}
