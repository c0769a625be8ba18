import { DefaultStackSynthesizer, type IStackSynthesizer, Stack, Tags } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Deployment } from './deployment.ts'

/** What all stacks of an app share. */
export interface StackContext {
  readonly scope: Construct
  readonly release: string
  /** A directory that holds the configuration alone, for the image. */
  readonly configDirectory: string
}

/** Creates a stack of an environment. The names of its bundles and images contain the release. */
export function createStack(
  { scope, release }: Pick<StackContext, 'scope' | 'release'>,
  { prefix, name, account, region }: Deployment,
  part: string,
  description: string
): Stack {
  const stack = new Stack(scope, `${prefix}-${part}`, {
    env: { account, region },
    description: `iot-log, ${name}: ${description}`,
    // Protects the log store and the secrets from deletion by mistake.
    terminationProtection: part === 'store' || part === 'slack',
    analyticsReporting: false,
    synthesizer: new DefaultStackSynthesizer({
      bucketPrefix: `iot-log/${release}/`,
      dockerTagPrefix: `iot-log-${release}-`
      // Its type declaration does not fit exactOptionalPropertyTypes.
    }) as unknown as IStackSynthesizer
  })
  Tags.of(stack).add('iot-log', name)
  return stack
}
