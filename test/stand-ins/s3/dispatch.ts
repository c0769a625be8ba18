import { createBucket, getBucketLocation, headBucket, listBuckets } from './bucket-operations.ts'
import { completeMultipartUpload } from './complete-upload.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject, deleteObjects } from './delete-object.ts'
import type { BucketExchange, Exchange, ObjectExchange } from './exchange.ts'
import { getObject } from './get-object.ts'
import { listObjects } from './list-objects.ts'
import { abortMultipartUpload, createMultipartUpload, uploadPart, uploadPartCopy } from './multipart.ts'
import { listMultipartUploads, listParts } from './multipart-lists.ts'
import type { OperationName } from './operation.ts'
import { putObject } from './put-object.ts'
import { getObjectTagging } from './tagging.ts'

type Handler<T> = (exchange: T) => Promise<void>

export const serviceOperations: Partial<Record<OperationName, Handler<Exchange>>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket
}

export const bucketOperations: Partial<Record<OperationName, Handler<BucketExchange>>> = {
  HeadBucket: headBucket,
  GetBucketLocation: getBucketLocation,
  ListObjectsV2: listObjects,
  ListMultipartUploads: listMultipartUploads,
  DeleteObjects: deleteObjects
}

export const objectOperations: Partial<Record<OperationName, Handler<ObjectExchange>>> = {
  GetObject: getObject,
  HeadObject: getObject,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  GetObjectTagging: getObjectTagging,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts
}
