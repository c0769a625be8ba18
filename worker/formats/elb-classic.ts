import { createSpacedFormat } from './spaced-format.ts'

/**
 * Classic Load Balancer access logs: 15 fields; files from before 2015 end after the request, the 12th. The time is when
 * the request was received. Fields as in Elastic Load Balancing's "Access logs for your Classic Load Balancer".
 */
export const elbClassic = createSpacedFormat({
  name: 'elb-classic',
  layout: [
    ['time', 'string'],
    ['elb', 'string'],
    ['client', 'address'],
    ['backend', 'address'],
    ['request_processing_time', 'double'],
    ['backend_processing_time', 'double'],
    ['response_processing_time', 'double'],
    ['elb_status_code', 'int'],
    ['backend_status_code', 'int'],
    ['received_bytes', 'bigint'],
    ['sent_bytes', 'bigint'],
    ['request', 'request', 'free'],
    ['user_agent', 'string', 'free'],
    ['ssl_cipher', 'string'],
    ['ssl_protocol', 'string']
  ],
  leastValues: 12
})
