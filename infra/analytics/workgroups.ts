import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'
import { analystResults } from '../store/lifecycle.ts'

/*
 * Two workgroups, because exports and analysts have different limits and result locations. The workgroup's location
 * overrides the client's: https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
 */

const gigabyte = 1e9

export function createWorkgroups(
  scope: Construct,
  deployment: Deployment,
  names: { readonly workgroup: string; readonly analystWorkgroup: string }
): CfnWorkGroup {
  const { logs, results, settings } = deployment
  createWorkgroup(scope, 'ExportWorkgroup', deployment, {
    name: names.workgroup,
    description: 'Exports that are too large to scan',
    // Below the results' prefix, so that leftovers of an export expire.
    location: `s3://${results.bucket}/${results.prefix}athena/workgroup/`,
    cutoffBytes: settings.exportScanGigabytes * gigabyte
  })
  return createWorkgroup(scope, 'AnalystWorkgroup', deployment, {
    name: names.analystWorkgroup,
    description: 'Saved queries and whatever analysts ask',
    // A rule of the bucket expires them.
    location: `s3://${logs.bucket}/${logs.prefix}${analystResults.folder}`,
    cutoffBytes: settings.analystScanGigabytes * gigabyte
  })
}

interface WorkgroupOptions {
  readonly name: string
  readonly description: string
  readonly location: string
  readonly cutoffBytes: number
}

function createWorkgroup(
  scope: Construct,
  id: string,
  { account }: Deployment,
  { name, description, location, cutoffBytes }: WorkgroupOptions
): CfnWorkGroup {
  return new CfnWorkGroup(scope, id, {
    name,
    description,
    state: 'ENABLED',
    recursiveDeleteOption: true,
    workGroupConfiguration: {
      enforceWorkGroupConfiguration: true,
      publishCloudWatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: cutoffBytes,
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      resultConfiguration: {
        outputLocation: location,
        encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        expectedBucketOwner: account
      }
    }
  })
}
