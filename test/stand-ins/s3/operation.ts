import type { S3Request } from './request.ts'

/** The operations the server knows, by their names in the API. */
export const operationNames = [
  'ListBuckets',
  'CreateBucket',
  'HeadBucket',
  'GetBucketLocation',
  'ListObjectsV2',
  'ListMultipartUploads',
  'DeleteObjects',
  'GetObject',
  'HeadObject',
  'PutObject',
  'CopyObject',
  'DeleteObject',
  'GetObjectTagging',
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPartCopy',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListParts'
] as const

export type OperationName = (typeof operationNames)[number]

/** Operations whose body is not read before the operation itself asks for it. */
export const operationsWithBody: ReadonlySet<string> = new Set<OperationName>([
  'CreateBucket',
  'DeleteObjects',
  'PutObject',
  'UploadPart',
  'CompleteMultipartUpload'
])

/** Query names that make another operation of a request. Those this server has are taken out by `operationOf`. */
const subresources: ReadonlySet<string> = new Set(
  (
    'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging ' +
    'metadataTable metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock ' +
    'replication requestPayment restore retention select session torrent versionId versioning versions website append renameObject'
  ).split(' ')
)

/** What a request asks for; undefined for what this server does not do. */
export function operationOf(request: S3Request): OperationName | undefined {
  for (const [name, value] of request.pairs) {
    const isNullVersion = name === 'versionId' && value === 'null'
    if (subresources.has(name) && !isNullVersion) return undefined
  }
  if (request.bucket === undefined) return request.method === 'GET' && !request.key ? 'ListBuckets' : undefined
  return request.key === undefined ? bucketOperation(request) : objectOperation(request)
}

function bucketOperation({ method, query }: S3Request): OperationName | undefined {
  if (query.has('tagging')) return undefined
  if (method === 'GET') {
    if (query.has('location')) return 'GetBucketLocation'
    if (query.has('uploads')) return 'ListMultipartUploads'
    return query.get('list-type') === '2' ? 'ListObjectsV2' : undefined
  }
  if (method === 'HEAD') return 'HeadBucket'
  if (method === 'PUT') return 'CreateBucket'
  return method === 'POST' && query.has('delete') ? 'DeleteObjects' : undefined
}

function objectOperation(request: S3Request): OperationName | undefined {
  const { method, query } = request
  const isTagging = query.has('tagging')
  const hasUploadId = query.has('uploadId')
  const hasPart = query.has('partNumber')
  const isCopy = 'x-amz-copy-source' in request.headers
  switch (method) {
    case 'GET':
      if (hasPart && !hasUploadId) return undefined
      return isTagging ? 'GetObjectTagging' : hasUploadId ? 'ListParts' : 'GetObject'
    case 'HEAD':
      return hasPart ? undefined : 'HeadObject'
    case 'PUT':
      if (isTagging) return undefined
      if (hasPart !== hasUploadId) return undefined
      if (hasPart) return isCopy ? 'UploadPartCopy' : 'UploadPart'
      return isCopy ? 'CopyObject' : 'PutObject'
    case 'DELETE':
      return isTagging ? undefined : hasUploadId ? 'AbortMultipartUpload' : 'DeleteObject'
    case 'POST':
      return query.has('uploads') ? 'CreateMultipartUpload' : hasUploadId ? 'CompleteMultipartUpload' : undefined
    default:
      return undefined
  }
}
