import { createJsonFormat } from './json-format.ts'

/**
 * CloudTrail: one document `{"Records": [ … ]}` an object, whose elements are the records. Fields as in CloudTrail's
 * "Record contents" page; the columns are those with plain values.
 */
export const cloudtrail = createJsonFormat({
  name: 'cloudtrail',
  framing: 'documents',
  wrapperKey: 'Records',
  columns: [
    { name: 'eventVersion', type: 'string' },
    { name: 'eventTime', type: 'string' },
    { name: 'eventSource', type: 'string' },
    { name: 'eventName', type: 'string' },
    { name: 'awsRegion', type: 'string' },
    { name: 'sourceIPAddress', type: 'string' },
    { name: 'userAgent', type: 'string' },
    { name: 'errorCode', type: 'string' },
    { name: 'errorMessage', type: 'string' },
    { name: 'requestID', type: 'string' },
    { name: 'eventID', type: 'string' },
    { name: 'readOnly', type: 'boolean' },
    { name: 'eventType', type: 'string' },
    { name: 'managementEvent', type: 'boolean' },
    { name: 'recipientAccountId', type: 'string' },
    { name: 'sharedEventID', type: 'string' },
    { name: 'eventCategory', type: 'string' }
  ],
  timeKeys: ['eventTime']
})
