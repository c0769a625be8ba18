import { CfnJobDefinition } from 'aws-cdk-lib/aws-batch'
import type { Construct } from 'constructs'
import { nodeFlags } from '../../worker/node-flags.ts'
import type { Deployment } from '../deployment.ts'
import type { JobSize } from '../sizing.ts'
import { jobAttempts, retryRules } from './retry-rules.ts'

/** Between SIGTERM and SIGKILL. The worker stops within 17 s; 30 would be Batch's default, 120 what Fargate has at most. */
const stopSeconds = 60

export interface JobDefinitionOptions {
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
 * The definition of a job: `ecsProperties` since `containerProperties` know no stop timeout. The job's id is its one
 * parameter; secrets come by Secrets Manager, never by the environment that DescribeJobs shows.
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
              // Signals reach Node, and what it leaves behind is reaped.
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
