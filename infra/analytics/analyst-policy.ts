import { CfnOutput } from 'aws-cdk-lib'
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Environment } from '../../worker/contract/config.ts'
import { arnOf, bucketArnOf, objectsArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { readTables } from '../export/grants.ts'
import type { Grant } from '../grant.ts'
import { acknowledgeWildcards, statementOf } from '../role.ts'
import { analystResults } from '../store/lifecycle.ts'
import { listing, readLogs } from '../store/reading.ts'

/** A policy for analysts: they read logs and tables, and write only results of queries. */
export function createAnalystPolicy(
  scope: Construct,
  deployment: Deployment,
  athena: NonNullable<Environment['athena']>
): void {
  const grants = analystGrants(deployment, athena)
  const name = `${deployment.prefix}-analyst`
  const policy = new ManagedPolicy(scope, 'AnalystPolicy', {
    managedPolicyName: name,
    description: 'Ask the logs of iot-log by Athena, read only',
    statements: grants.map(statementOf)
  })
  acknowledgeWildcards(policy, name, grants)
  new CfnOutput(scope, 'AnalystPolicyArn', { value: policy.managedPolicyArn, description: 'For roles of analysts' })
}

function analystGrants(
  deployment: Deployment,
  { database, analystWorkgroup }: NonNullable<Environment['athena']>
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
 * Athena's console also lists workgroups, data sources, databases and tables:
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
