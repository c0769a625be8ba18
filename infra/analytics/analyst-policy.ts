import { CfnOutput } from 'aws-cdk-lib'
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import { arnOf, bucketArnOf, objectsArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { readTables } from '../export/grants.ts'
import type { Grant } from '../grant.ts'
import { statementOf } from '../role.ts'
import { analystResults } from '../store/lifecycle.ts'
import { listing, readLogs } from '../store/reading.ts'

/** A policy for the people who ask: they read logs and tables, and write nothing but results of queries. */
export function createAnalystPolicy(
  scope: Construct,
  deployment: Deployment,
  athena: { readonly database: string; readonly analystWorkgroup: string }
): void {
  const grants = analystGrants(deployment, athena)
  const policy = new ManagedPolicy(scope, 'AnalystPolicy', {
    managedPolicyName: `${deployment.prefix}-analyst`,
    description: 'Ask the logs of iot-log by Athena, read only',
    statements: grants.map(statementOf)
  })
  for (const { resources, because } of grants) {
    for (const resource of resources.filter((one) => one.includes('*'))) {
      acknowledge(policy, { [`AwsSolutions-IAM5[Resource::${resource}]`]: because! })
    }
  }
  new CfnOutput(scope, 'AnalystPolicyArn', { value: policy.managedPolicyArn, description: 'For roles of analysts' })
}

function analystGrants(
  deployment: Deployment,
  { database, analystWorkgroup }: { readonly database: string; readonly analystWorkgroup: string }
): readonly Grant[] {
  const { logs } = deployment
  const results = logs.prefix + analystResults.folder
  return [
    ...readLogs(deployment),
    listing(deployment, logs.bucket, [results], ['s3:ListBucketMultipartUploads']),
    {
      actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      resources: [objectsArnOf(deployment, logs.bucket, results)],
      because: 'Results of queries are named by their ids; only their prefix is granted'
    },
    { actions: ['s3:GetBucketLocation'], resources: [bucketArnOf(deployment, logs)] },
    {
      actions: [
        'athena:BatchGetNamedQuery',
        'athena:BatchGetQueryExecution',
        'athena:GetNamedQuery',
        'athena:GetQueryExecution',
        'athena:GetQueryResults',
        'athena:GetWorkGroup',
        'athena:ListNamedQueries',
        'athena:ListQueryExecutions',
        'athena:StartQueryExecution',
        'athena:StopQueryExecution'
      ],
      resources: [arnOf(deployment, 'athena', `workgroup/${analystWorkgroup}`)]
    },
    ...readTables(deployment, database),
    ...browse(deployment, database)
  ]
}

/**
 * What Athena's console asks beside the queries, to show workgroups, data sources, databases and tables:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
 */
function browse(deployment: Deployment, database: string): readonly Grant[] {
  return [
    {
      actions: ['athena:ListWorkGroups', 'athena:ListDataCatalogs'],
      resources: ['*'],
      because: 'The actions know no resources; they tell names'
    },
    {
      actions: [
        'athena:GetDataCatalog',
        'athena:GetDatabase',
        'athena:GetTableMetadata',
        'athena:ListDatabases',
        'athena:ListTableMetadata'
      ],
      resources: [arnOf(deployment, 'athena', 'datacatalog/AwsDataCatalog')]
    },
    {
      actions: ['glue:GetDatabases'],
      resources: [arnOf(deployment, 'glue', 'catalog'), arnOf(deployment, 'glue', `database/${database}`)]
    }
  ]
}
