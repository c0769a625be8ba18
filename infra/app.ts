import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import type { Config } from '../worker/contract/config.ts'
import { analyticsStack } from './analytics/stack.ts'
import { type BundleName, isBuilt, stageConfig, writeBundle } from './bundles.ts'
import { deliveryStack } from './delivery/stack.ts'
import { type Deployment, isSameSite, planDeployments } from './deployment.ts'
import { exportStack } from './export/stack.ts'
import { authoritiesOf, forwardsOf } from './forwarding/forward.ts'
import { forwardingStack } from './forwarding/stack.ts'
import { monitoringStack } from './monitoring/stack.ts'
import type { JobSize } from './sizing.ts'
import { slackStack } from './slack/stack.ts'
import type { StackContext } from './stack.ts'
import { logStoreStack } from './store/stack.ts'

export interface AppOptions {
  readonly config: Config
  /** The file it was read from: every bundle gets a copy. */
  readonly configPath: string
  /** What `npm run build` has made. */
  readonly dist: string
  /** Where bundles are put together. */
  readonly staging: string
  readonly release: string
  readonly size: JobSize
  /** Of the cloud assembly; CDK's own choice unless told. */
  readonly outdir?: string
  /** Told of parts that are left out, and why. */
  readonly onLeftOut: (text: string) => void
}

const flags = {
  // What CloudFormation would refuse is an error, not a warning.
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
  const ingress = slackStack(context, home, deployments, codeOf)
  const forwards = isBuilt(dist, 'forward')
  for (const deployment of deployments) {
    const publicUrl = publicUrlOf(deployment, home, ingress.publicUrl)
    const exports = exportStack(context, deployment, { size, publicUrl })
    const analytics = analyticsStack(context, deployment)
    const isForwarding = forwardsOf(deployment).length > 0
    if (isForwarding && !forwards) {
      onLeftOut(`No forwarding for ${deployment.name}: this build has no forwarder (dist/forward.mjs)`)
    }
    const isForwarded = isForwarding && forwards
    const forwarding = isForwarded
      ? forwardingStack(context, deployment, codeOf('forward', authoritiesOf(deployments)))
      : undefined
    const store = stores.get(deployment)
    // By order alone: no stack refers to the bucket but by its name.
    if (store) for (const stack of [exports, analytics, forwarding]) stack?.addStackDependency(store)
    monitoringStack(context, deployment, isForwarded)
    deliveryStack(context, deployment, deployments)
  }
  return app
}

/** A URL can't be referred to from another account or region: there the configuration tells it. */
function publicUrlOf(deployment: Deployment, home: Deployment, ingressUrl: string): string {
  return deployment.settings.publicUrl ?? (isSameSite(deployment, home) ? ingressUrl : '')
}
