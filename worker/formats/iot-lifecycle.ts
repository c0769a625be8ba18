import { createJsonFormat } from './json-format.ts'

/**
 * AWS IoT lifecycle events (`$aws/events/presence/…`, `$aws/events/subscriptions/…`) as a rule forwards them, with or
 * without separators. `timestamp` is in ms and right to about two minutes. Fields as in AWS IoT's "Lifecycle events".
 */
export const iotLifecycle = createJsonFormat({
  name: 'iot-lifecycle',
  framing: 'documents',
  deviceKeys: ['thingName', 'clientId'],
  columns: [
    { name: 'clientId', type: 'string' },
    { name: 'timestamp', type: 'bigint' },
    { name: 'eventType', type: 'string' },
    { name: 'sessionIdentifier', type: 'string' },
    { name: 'principalIdentifier', type: 'string' },
    { name: 'ipAddress', type: 'string' },
    { name: 'versionNumber', type: 'bigint' },
    { name: 'clientInitiatedDisconnect', type: 'boolean' },
    { name: 'disconnectReason', type: 'string' },
    { name: 'thingName', type: 'string' },
    { name: 'topics', type: 'array<string>' }
  ]
})
