import type { BundleName } from '../bundles.ts'
import type { Deployment } from '../deployment.ts'
import { ingressSecret } from '../names.ts'
import { createSecret } from '../secret.ts'
import { createStack, type StackContext } from '../stack.ts'
import { createIngress } from './ingress.ts'
import { createJobEvents } from './job-events.ts'

/** The ingress, once for all environments. Returns the public URL, which tasks need for download links. */
export function slackStack(
  context: StackContext,
  home: Deployment,
  deployments: readonly Deployment[],
  codeOf: (bundle: BundleName) => string
): string {
  const stack = createStack(context, home, 'slack', 'ingress of Slack')
  createSecret(stack, 'IngressSecret', {
    name: ingressSecret(home.prefix),
    description: 'What the ingress knows: signingSecrets, botToken, linkKeys',
    template: {},
    generated: 'unset'
  })
  const publicUrl = createIngress(stack, home, deployments, codeOf('slack'))
  createJobEvents(stack, home, deployments, { code: codeOf('job-events'), publicUrl })
  return publicUrl
}
