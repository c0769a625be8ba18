import { createSpacedFormat } from './spaced-format.ts'

/**
 * Application Load Balancer access logs: 29 fields, and four that were appended since. The time is when the response was
 * generated. Fields as in Elastic Load Balancing's "Access logs for your Application Load Balancer".
 */
export const alb = createSpacedFormat({
  name: 'alb',
  layout: [
    ['type', 'string'],
    ['time', 'string'],
    ['elb', 'string'],
    ['client', 'address'],
    ['target', 'address'],
    ['request_processing_time', 'double'],
    ['target_processing_time', 'double'],
    ['response_processing_time', 'double'],
    ['elb_status_code', 'int'],
    ['target_status_code', 'int'],
    ['received_bytes', 'bigint'],
    ['sent_bytes', 'bigint'],
    ['request', 'request', 'free'],
    ['user_agent', 'string', 'free'],
    ['ssl_cipher', 'string'],
    ['ssl_protocol', 'string'],
    ['target_group_arn', 'string'],
    ['trace_id', 'string', 'quoted'],
    ['domain_name', 'string', 'quoted'],
    ['chosen_cert_arn', 'string', 'quoted'],
    ['matched_rule_priority', 'int'],
    ['request_creation_time', 'string'],
    ['actions_executed', 'string', 'loose'],
    ['redirect_url', 'string', 'loose'],
    ['error_reason', 'string', 'loose'],
    ['target_port_list', 'string', 'loose'],
    ['target_status_code_list', 'string', 'loose'],
    ['classification', 'string', 'loose'],
    ['classification_reason', 'string', 'loose'],
    ['conn_trace_id', 'string', 'loose'],
    ['transformed_host', 'string', 'loose'],
    ['transformed_uri', 'string', 'loose'],
    ['request_transform_status', 'string', 'loose']
  ],
  // Older lines lack what was appended since 2018, the first of it request_creation_time.
  leastValues: 21
})
