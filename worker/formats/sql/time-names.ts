/*
 * Under which names JSON holds the time of a record. Parsers and views read the same.
 */

/** A name, or those of a date and a time of day that stand apart. */
export type TimeName = string | readonly [date: string, time: string]

/**
 * The usual names. Those that tell when this record happened come first, and then those that tell when it was sent or
 * received, or when what it is about began. Each AWS name is that of the service's page about its logs.
 */
export const timeNames: readonly TimeName[] = [
  'timestamp',
  '@timestamp',
  'time',
  // CloudFront standard logs (v2), and many devices.
  ['date', 'time'],
  // Serilog's compact JSON.
  '@t',
  'ts',
  'Timestamp',
  'TimeStamp',
  'timeStamp',
  'time_stamp',
  'Time',
  ['Date', 'Time'],
  // Splunk.
  '_time',
  // CloudTrail; Cognito, Site-to-Site VPN and Network Firewall write `event_timestamp`.
  'eventTime',
  'event_time',
  'EventTime',
  'eventTimestamp',
  'event_timestamp',
  'EventTimestamp',
  'datetime',
  'dateTime',
  'date_time',
  'date',
  // Python, Log4j, OpenTelemetry, journald.
  'asctime',
  'timeMillis',
  'timeUnixNano',
  '__REALTIME_TIMESTAMP',
  'logTime',
  'log_time',
  'deviceTime',
  'device_time',
  'measuredAt',
  'measured_at',
  'recordedAt',
  'recorded_at',
  // Route 53 Resolver, EKS audit, API Gateway, S3 access logs in CloudWatch.
  'query_timestamp',
  'stageTimestamp',
  'requestReceivedTimestamp',
  'requestTimeEpoch',
  'requestTime',
  'request_time',
  // CloudTrail digests, Config, Firehose's failed records.
  'digestEndTime',
  'configurationItemCaptureTime',
  'arrivalTimestamp',
  't',
  'at',
  'sentAt',
  'sent_at',
  'receivedAt',
  'received_at',
  'observedTimeUnixNano',
  // GuardDuty, Security Hub, Inspector: a finding is written again when it changes.
  'updatedAt',
  'updated_at',
  'UpdatedAt',
  // VPC Lattice.
  'startTime',
  'start_time',
  'createdAt',
  'created_at',
  'CreatedAt'
]
