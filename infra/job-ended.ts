import { jobQueueArnOf } from './arns.ts'
import type { Deployment } from './deployment.ts'

/** The pattern of the events of jobs that are over: https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html */
export function jobEndedPattern(deployments: readonly Deployment[], statuses: readonly ('FAILED' | 'SUCCEEDED')[]) {
  const queues = deployments.flatMap((deployment) => {
    const { spotQueue, onDemandQueue } = deployment.submit
    return [jobQueueArnOf(deployment, spotQueue), jobQueueArnOf(deployment, onDemandQueue)]
  })
  return {
    source: ['aws.batch'],
    'detail-type': ['Batch Job State Change'],
    detail: { status: [...statuses], jobQueue: [...new Set(queues)] }
  }
}
