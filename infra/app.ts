import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import type { Config } from '../worker/contract/config.ts'
import { analyticsStack } from './analytics/stack.ts'
import { type BundleName, isBuilt, stageConfig, writeBundle } from './bundles.ts'
import { deliveryStack } from './delivery/stack.ts'
import { isSameSite, planDeployments } from './deployment.ts'
import { exportStack } from './export/stack.ts'
import { authoritiesOf, forwardsOf } from './forwarding/forward.ts'
import { forwardingStack } from './forwarding/stack.ts'
import { monitoringStack } from './monitoring/stack.ts'
import type { JobSize } from './sizing.ts'
import { slackStack } from './slack/stack.ts'
import type { StackContext } from './stack.ts'
import { logStoreStack } from './store/stack.ts'

interface AppOptions {
  readonly config: Config
  /** The file it was read from: every bundle gets a copy. */
  readonly configPath: string
  /** What `npm run build` has made. */
  readonly dist: string
  /** Where bundles are put together. */
  readonly staging: string
  readonly release: string
  readonly size: JobSize
  /** Directory of the cloud assembly; by default CDK's. */
  readonly outdir?: string
  /** Gets a text for each part that is left out, with the reason. */
  readonly onLeftOut: (text: string) => void
}

const flags = {
  // A template that CloudFormation would reject is an error, not a warning.
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  '@aws-cdk/core:defaultCrossStackReferences': 'strong'
} as const

/** The app: the ingress once, and for each environment its log store, exports, analytics, forwarding and monitoring. */
export function buildApp(options: AppOptions): App {
  const { config, configPath, dist, staging, release, size, onLeftOut } = options
  const { deployments, leftOut } = planDeployments(config)
  for (const { name, reason } of leftOut) onLeftOut(`No stacks for ${name}: ${reason}`)
  const app = new App({
    ...(options.outdir !== undefined && { outdir: options.outdir }),
    analyticsReporting: false,
    context: flags
  })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  const context: StackContext = { scope: app, release, configDirectory: stageConfig(configPath, `${staging}/config`) }
  const codeOf = (bundle: BundleName, authorities: readonly string[] = []): string => {
    const target = `${staging}/${bundle}`
    writeBundle(bundle, dist, configPath, target, authorities)
    return target
  }
  const home = deployments.find(({ isHome }) => isHome)!
  const stores = new Map(deployments.map((deployment) => [deployment, logStoreStack(context, deployment)]))
  const ingressUrl = slackStack(context, home, deployments, codeOf)
  const hasForwarder = isBuilt(dist, 'forward')
  for (const deployment of deployments) {
    // A URL of another account or region cannot be referenced: the configuration has it.
    const publicUrl = deployment.settings.publicUrl ?? (isSameSite(deployment, home) ? ingressUrl : '')
    const exports = exportStack(context, deployment, { size, publicUrl })
    const analytics = analyticsStack(context, deployment)
    const wantsForwarding = forwardsOf(deployment).length > 0
    if (wantsForwarding && !hasForwarder) {
      onLeftOut(`No forwarding for ${deployment.name}: this build has no forwarder (dist/forward.mjs)`)
    }
    const isForwarded = wantsForwarding && hasForwarder
    const forwarding = isForwarded
      ? forwardingStack(context, deployment, codeOf('forward', authoritiesOf(deployments)))
      : undefined
    const store = stores.get(deployment)
    // Stacks use only the name of the bucket, so CDK does not know the order.
    if (store) for (const stack of [exports, analytics, forwarding]) stack?.addStackDependency(store)
    monitoringStack(context, deployment, isForwarded)
    deliveryStack(context, deployment, deployments)
  }
  return app
}
