import { DefaultStackSynthesizer, type IStackSynthesizer, Stack, Tags } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Deployment } from './deployment.ts'

/** What all stacks of an app are made with. */
export interface StackContext {
  readonly scope: Construct
  readonly release: string
  /** A directory that holds the configuration alone, for the image. */
  readonly configDirectory: string
}

/** Begins a stack of an environment. Bundles and images that it uploads carry the release in their names. */
export function createStack(
  { scope, release }: Pick<StackContext, 'scope' | 'release'>,
  { prefix, name, account, region }: Deployment,
  part: string,
  description: string
): Stack {
  const stack = new Stack(scope, `${prefix}-${part}`, {
    env: { account, region },
    description: `iot-log, ${name}: ${description}`,
    // The log store and the secrets outlive a slip of the hand.
    terminationProtection: part === 'store' || part === 'slack',
    analyticsReporting: false,
    synthesizer: new DefaultStackSynthesizer({
      bucketPrefix: `iot-log/${release}/`,
      dockerTagPrefix: `iot-log-${release}-`
      // Its declaration is not made for exactOptionalPropertyTypes.
    }) as unknown as IStackSynthesizer
  })
  Tags.of(stack).add('iot-log', name)
  return stack
}
