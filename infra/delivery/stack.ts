import { CfnOutput } from 'aws-cdk-lib'
import { CfnOIDCProvider, FederatedPrincipal } from 'aws-cdk-lib/aws-iam'
import { iamArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { createRole } from '../role.ts'
import { createStack, type StackContext } from '../stack.ts'

const issuer = 'token.actions.githubusercontent.com'

/**
 * The role of GitHub's workflow. Only tokens of the configured repository and its GitHub environment of this name may
 * assume it. It may assume the roles of CDK's bootstrap, and nothing else. Without a repository there is no stack.
 */
export function deliveryStack(context: StackContext, deployment: Deployment, deployments: readonly Deployment[]): void {
  const { name, prefix, region, account, settings } = deployment
  if (settings.githubRepository === undefined) return
  const stack = createStack(context, deployment, 'delivery', 'deployment by GitHub Actions')
  const role = createRole(stack, 'DeployRole', {
    name: `${prefix}-deploy`,
    description: `Workflows of ${settings.githubRepository} deploy ${name}`,
    principal: new FederatedPrincipal(
      iamArnOf(deployment, `oidc-provider/${issuer}`),
      {
        StringEquals: {
          [`${issuer}:aud`]: 'sts.amazonaws.com',
          [`${issuer}:sub`]: `repo:${settings.githubRepository}:environment:${name}`
        }
      },
      'sts:AssumeRoleWithWebIdentity'
    ),
    grants: [
      {
        actions: ['sts:AssumeRole'],
        resources: ['deploy', 'file-publishing', 'image-publishing', 'lookup'].map((kind) =>
          iamArnOf(deployment, `role/cdk-hnb659fds-${kind}-role-${account}-${region}`)
        )
      }
    ]
  })
  if (makesProvider(deployment, deployments)) {
    const provider = { url: `https://${issuer}`, clientIdList: ['sts.amazonaws.com'] }
    role.node.addDependency(new CfnOIDCProvider(stack, 'GitHub', provider))
  }
  new CfnOutput(stack, 'DeployRoleArn', { value: role.roleArn, description: 'For the variable AWS_DEPLOY_ROLE_ARN' })
}

/** An account has one provider for an issuer: the first environment that needs it creates it. */
function makesProvider(deployment: Deployment, deployments: readonly Deployment[]): boolean {
  const sharing = deployments.filter(
    ({ account, settings }) => account === deployment.account && settings.githubRepository !== undefined
  )
  return deployment.settings.githubProvider === 'create' && sharing[0] === deployment
}
