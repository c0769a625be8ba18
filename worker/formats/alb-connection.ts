import { createSpacedFormat } from './spaced-format.ts'

/**
 * Application Load Balancer connection logs (`conn_log.…`): one TLS or TCP connection a line. Fields as in Elastic Load
 * Balancing's "Connection logs for your Application Load Balancer".
 */
export const albConnection = createSpacedFormat({
  name: 'alb-connection',
  layout: [
    ['time', 'string'],
    ['client_ip', 'string'],
    ['client_port', 'int'],
    ['listener_port', 'int'],
    ['tls_protocol', 'string'],
    ['tls_cipher', 'string'],
    ['tls_handshake_latency', 'double'],
    ['leaf_client_cert_subject', 'string', 'free'],
    ['leaf_client_cert_validity', 'string'],
    ['leaf_client_cert_serial_number', 'string'],
    ['tls_verify_status', 'string'],
    ['conn_trace_id', 'string'],
    ['tls_keyexchange', 'string']
  ],
  leastValues: 11
})
