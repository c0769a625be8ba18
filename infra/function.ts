import { Duration } from 'aws-cdk-lib'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, type FunctionProps, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import { arnOf } from './arns.ts'
import { type BundleName, bundles } from './bundles.ts'
import type { Deployment } from './deployment.ts'
import type { Grant } from './grant.ts'
import { createLogGroup } from './log-group.ts'
import { createRole } from './role.ts'

interface FunctionOptions {
  readonly name: string
  readonly bundle: BundleName
  /** The directory with the files of the bundle. */
  readonly code: string
  readonly description: string
  readonly memoryMiB: number
  readonly timeoutSeconds: number
  readonly grants: readonly Grant[]
  readonly environment?: Readonly<Record<string, string>>
  readonly more?: Partial<FunctionProps>
}

/** A function with its own role and log group. */
export function createFunction(scope: Construct, id: string, site: Deployment, options: FunctionOptions) {
  const { name, description, environment = {}, more = {} } = options
  const logGroup = createLogGroup(scope, `${id}Log`, `/aws/lambda/${name}`)
  const role = createRole(scope, `${id}Role`, {
    name,
    description,
    principal: new ServicePrincipal('lambda.amazonaws.com'),
    grants: [
      ...options.grants,
      {
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [arnOf(site, 'logs', `log-group:/aws/lambda/${name}:log-stream:*`)],
        because: 'Lambda names a log stream for each of its machines'
      }
    ]
  })
  const made = new LambdaFunction(scope, id, {
    functionName: name,
    description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: Code.fromAsset(options.code),
    handler: `${bundles[options.bundle][0].replace(/\.mjs$/, '')}.handler`,
    memorySize: options.memoryMiB,
    timeout: Duration.seconds(options.timeoutSeconds),
    role: role.withoutPolicyUpdates(),
    logGroup,
    environment: { ...environment, IOT_LOG_LEVEL: site.settings.logLevel ?? site.config.logLevel },
    ...more
  })
  acknowledge(made, {
    'AwsSolutions-L1':
      'Node 24 is the newest that both CDK and the tests of this project run; the rule may know a later one.'
  })
  return made
}
