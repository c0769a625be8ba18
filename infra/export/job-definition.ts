import { CfnJobDefinition } from 'aws-cdk-lib/aws-batch'
import type { Construct } from 'constructs'
import { nodeFlags } from '../../worker/node-flags.ts'
import type { Deployment } from '../deployment.ts'
import type { JobSize } from '../sizing.ts'
import { jobAttempts, retryRules } from './retry-rules.ts'

/** Between SIGTERM and SIGKILL. The worker stops within 17 s. Batch's default is 30, the maximum of Fargate 120. */
const stopSeconds = 60

interface JobDefinitionOptions {
  readonly image: string
  readonly size: JobSize
  readonly taskRoleArn: string
  readonly executionRoleArn: string
  readonly secretArn: string
  readonly publicUrl: string
  readonly hasPublicIp: boolean
  readonly logGroup: string
}

/**
 * The job definition. It uses `ecsProperties` because `containerProperties` have no stop time-out. The job's id is its
 * one parameter. Secrets come from Secrets Manager, never from the environment that DescribeJobs shows.
 */
export function createJobDefinition(
  scope: Construct,
  deployment: Deployment,
  options: JobDefinitionOptions
): CfnJobDefinition {
  const { name, region, config, settings, submit } = deployment
  const { size } = options
  const timeoutSeconds = config.limits.jobMinutes * 60
  const environment = {
    IOT_LOG_ENVIRONMENT: name,
    IOT_LOG_PUBLIC_URL: options.publicUrl,
    IOT_LOG_JOB_TIMEOUT_SECONDS: String(timeoutSeconds),
    IOT_LOG_JOB_ATTEMPTS: String(jobAttempts)
  }
  return new CfnJobDefinition(scope, 'JobDefinition', {
    jobDefinitionName: submit.jobDefinition,
    type: 'container',
    platformCapabilities: ['FARGATE'],
    propagateTags: true,
    parameters: { jobId: 'none' },
    timeout: { attemptDurationSeconds: timeoutSeconds },
    retryStrategy: { attempts: jobAttempts, evaluateOnExit: [...retryRules] },
    ecsProperties: {
      taskProperties: [
        {
          taskRoleArn: options.taskRoleArn,
          executionRoleArn: options.executionRoleArn,
          platformVersion: 'LATEST',
          runtimePlatform: {
            cpuArchitecture: settings.architecture === 'arm64' ? 'ARM64' : 'X86_64',
            operatingSystemFamily: 'LINUX'
          },
          networkConfiguration: { assignPublicIp: options.hasPublicIp ? 'ENABLED' : 'DISABLED' },
          ephemeralStorage: { sizeInGiB: size.ephemeralGiB },
          containers: [
            {
              name: 'export',
              image: options.image,
              essential: true,
              command: ['node', ...nodeFlags, 'worker-main.mjs', 'Ref::jobId'],
              environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
              secrets: [
                { name: 'SLACK_BOT_TOKEN', valueFrom: `${options.secretArn}:botToken::` },
                { name: 'IOT_LOG_LINK_KEY', valueFrom: `${options.secretArn}:linkKey::` }
              ],
              resourceRequirements: [
                { type: 'VCPU', value: String(size.vcpu) },
                { type: 'MEMORY', value: String(size.memoryMiB) }
              ],
              // An init process passes signals to Node and reaps its children.
              linuxParameters: { initProcessEnabled: true },
              stopTimeout: stopSeconds,
              logConfiguration: {
                logDriver: 'awslogs',
                options: {
                  'awslogs-group': options.logGroup,
                  'awslogs-region': region,
                  'awslogs-stream-prefix': submit.jobDefinition
                }
              }
            }
          ]
        }
      ]
    }
  })
}
