import { createSpacedFormat } from './spaced-format.ts'

/**
 * Network Load Balancer access logs of TLS listeners. The times have no zone and are UTC; the record's is when the
 * connection ended. Fields as in Elastic Load Balancing's "Access logs for your Network Load Balancer". The preference
 * list stays as it is written: quoted names, between them commas.
 */
export const nlb = createSpacedFormat({
  name: 'nlb',
  layout: [
    ['type', 'string'],
    ['version', 'string'],
    ['time', 'string'],
    ['elb', 'string'],
    ['listener_id', 'string'],
    ['client', 'address'],
    ['target', 'address'],
    ['tcp_connection_time_ms', 'bigint'],
    ['tls_handshake_time_ms', 'bigint'],
    ['received_bytes', 'bigint'],
    ['sent_bytes', 'bigint'],
    ['incoming_tls_alert', 'int'],
    ['cert_arn', 'string'],
    ['certificate_serial', 'string'],
    ['tls_cipher_suite', 'string'],
    ['tls_protocol_version', 'string'],
    ['tls_named_group', 'string'],
    ['domain_name', 'string'],
    ['alpn_fe_protocol', 'string'],
    ['alpn_be_protocol', 'string'],
    ['alpn_client_preference_list', 'string', 'written'],
    ['tls_connection_creation_time', 'string']
  ],
  // Lines of version 1.0 end after the domain name.
  leastValues: 18
})
