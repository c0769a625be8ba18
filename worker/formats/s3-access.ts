import { createSpacedFormat } from './spaced-format.ts'

/**
 * Amazon S3 server access logs. Fields as in S3's "Server access log format"; those after the user agent came over the
 * years, so old lines end there.
 */
export const s3Access = createSpacedFormat({
  name: 's3-access',
  layout: [
    ['bucket_owner', 'string'],
    ['bucket', 'string'],
    ['time', 'string'],
    ['remote_ip', 'string'],
    ['requester', 'string'],
    ['request_id', 'string'],
    ['operation', 'string'],
    ['key', 'string'],
    ['request_uri', 'string', 'free'],
    ['http_status', 'int'],
    ['error_code', 'string'],
    ['bytes_sent', 'bigint'],
    ['object_size', 'bigint'],
    ['total_time', 'bigint'],
    ['turn_around_time', 'bigint'],
    ['referer', 'string', 'free'],
    ['user_agent', 'string', 'free'],
    ['version_id', 'string'],
    ['host_id', 'string'],
    ['signature_version', 'string'],
    ['cipher_suite', 'string'],
    ['authentication_type', 'string'],
    ['host_header', 'string'],
    ['tls_version', 'string'],
    ['access_point_arn', 'string'],
    ['acl_required', 'string'],
    ['source_region', 'string']
  ],
  leastValues: 17,
  // S3 stores what clients send as it comes.
  hasEscapes: false,
  time: 'clf'
})
