export interface WorkgroupOptions {
  /** `s3://bucket/prefix/` where results lie. */
  readonly outputLocation?: string
  /** Whether what a request says of results is overruled. Default: false. */
  readonly enforced?: boolean
  /** Bytes after which a query is cancelled: at least 10,000,000. */
  readonly bytesScannedCutoff?: number
  readonly isEnabled?: boolean
}

/** Refuses a workgroup that AWS would not make. */
export function checkWorkgroup(name: string, { outputLocation, bytesScannedCutoff }: WorkgroupOptions): void {
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(name)) throw new Error(`Not a workgroup's name: ${name}`)
  if (outputLocation !== undefined && !/^s3:\/\/[^/]+\//.test(outputLocation)) {
    throw new Error(`Not an output location: ${outputLocation}`)
  }
  if (bytesScannedCutoff !== undefined && bytesScannedCutoff < 10_000_000) {
    throw new Error('BytesScannedCutoffPerQuery must be at least 10000000')
  }
}

/** A workgroup as GetWorkGroup shows it: https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroup.html */
export function workgroupDetail(name: string, options: WorkgroupOptions): Record<string, unknown> {
  const { outputLocation, enforced = false, bytesScannedCutoff, isEnabled = true } = options
  return {
    Name: name,
    State: isEnabled ? 'ENABLED' : 'DISABLED',
    Configuration: {
      ResultConfiguration: outputLocation === undefined ? {} : { OutputLocation: outputLocation },
      EnforceWorkGroupConfiguration: enforced,
      PublishCloudWatchMetricsEnabled: true,
      ...(bytesScannedCutoff === undefined ? {} : { BytesScannedCutoffPerQuery: bytesScannedCutoff }),
      RequesterPaysEnabled: false,
      EngineVersion: engineVersion
    }
  }
}

export const engineVersion = {
  SelectedEngineVersion: 'Athena engine version 3',
  EffectiveEngineVersion: 'Athena engine version 3'
}
