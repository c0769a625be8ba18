import { arnOf, bucketArnOf, objectsArnOf, secretArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import type { Grant } from '../grant.ts'
import { taskLogGroup, workerSecret } from '../names.ts'
import { listing, readLogs } from '../store/reading.ts'

/** What the worker may do: read logs, write results, run queries in Athena. It cannot change a log. */
export function workerGrants(deployment: Deployment): readonly Grant[] {
  const { results } = deployment
  return [
    ...readLogs(deployment),
    // The worker looks for unfinished uploads of a killed attempt by key.
    listing(deployment, results.bucket, [results.prefix], ['s3:ListBucketMultipartUploads']),
    {
      actions: [
        's3:GetObject',
        's3:PutObject',
        's3:DeleteObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts'
      ],
      resources: [objectsArnOf(deployment, results.bucket, results.prefix)],
      because: 'Archives, records and results of Athena are named by time and id; only their prefix is granted'
    },
    ...athenaGrants(deployment)
  ]
}

function athenaGrants(deployment: Deployment): readonly Grant[] {
  const { athena } = deployment.environment
  if (!athena) return []
  return [
    {
      actions: [
        'athena:StartQueryExecution',
        'athena:GetQueryExecution',
        'athena:GetQueryResults',
        'athena:StopQueryExecution'
      ],
      resources: [arnOf(deployment, 'athena', `workgroup/${athena.workgroup}`)]
    },
    ...readTables(deployment, athena.database),
    {
      // Athena calls it with the role of the query.
      actions: ['s3:GetBucketLocation'],
      resources: [...new Set([deployment.logs.bucket, deployment.results.bucket])].map((bucket) =>
        bucketArnOf(deployment, { bucket })
      )
    }
  ]
}

/** Read access to the definitions of tables: https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html */
export function readTables(deployment: Deployment, database: string): readonly Grant[] {
  return [
    {
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartition', 'glue:GetPartitions'],
      resources: [
        arnOf(deployment, 'glue', 'catalog'),
        arnOf(deployment, 'glue', `database/${database}`),
        arnOf(deployment, 'glue', `table/${database}/*`)
      ],
      because: 'All tables and views of the one database: analysts add their own'
    }
  ]
}

/** What ECS may do to start a task: read its image and its secret, write its log. */
export function executionGrants(deployment: Deployment): readonly Grant[] {
  const { account, region, prefix } = deployment
  return [
    {
      actions: ['ecr:GetAuthorizationToken'],
      resources: ['*'],
      because: 'The action knows no resources'
    },
    {
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      resources: [arnOf(deployment, 'ecr', `repository/cdk-hnb659fds-container-assets-${account}-${region}`)]
    },
    {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [arnOf(deployment, 'logs', `log-group:${taskLogGroup(deployment)}:log-stream:*`)],
      because: 'Batch names a log stream for each attempt'
    },
    {
      actions: ['secretsmanager:GetSecretValue'],
      resources: [secretArnOf(deployment, workerSecret(prefix))]
    }
  ]
}

/** Permissions to submit and stop jobs, in the account of the queues. */
export function submitGrants(deployment: Deployment, queues: readonly string[]): readonly Grant[] {
  const { submit } = deployment
  return [
    {
      actions: ['batch:SubmitJob'],
      resources: [
        ...queues.map((queue) => arnOf(deployment, 'batch', `job-queue/${queue}`)),
        arnOf(deployment, 'batch', `job-definition/${submit.jobDefinition}`),
        arnOf(deployment, 'batch', `job-definition/${submit.jobDefinition}:*`)
      ],
      because: 'Every revision of the one definition'
    },
    {
      actions: ['batch:TerminateJob'],
      resources: [arnOf(deployment, 'batch', 'job/*')],
      because:
        'Jobs have random ids, which the caller may not list; a tag that tells ours apart would need batch:TagResource on the same resources. Who may cancel which is decided by the job record'
    }
  ]
}
