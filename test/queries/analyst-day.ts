import { gzipSync } from 'node:zlib'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { filesOf } from '../../worker/athena/saved-queries.ts'
import type { AthenaServer } from '../stand-ins/athena/server.ts'
import type { S3Server } from '../stand-ins/s3/server.ts'

/*
 * A day that is small enough to work out each answer by hand: three devices, some of whose records are late,
 * twice there, broken or no JSON at all.
 */

export const places = { database: 'iot_logs', location: 's3://dev-iot-logs/' }
export const bucket = 'dev-iot-logs'

const at = (time: string): number => Date.parse(`2023-10-01T${time}Z`)

function telemetry(thing: string, time: string, status = 'OK', added = ''): string {
  return (
    `{"timestamp":${at(time)},"thingName":"${thing}","topic":"iot/telemetry/${thing}","messageId":"m-${thing}-${time}",` +
    `"sequence":7,"payload":{"temperature":21.50,"rssi":-61,"status":"${status}","site":"tokyo"}${added}}`
  )
}

function command(thing: string, time: string, kind: 'request' | 'response', status: string): string {
  return (
    `{"timestamp":${at(time)},"thingName":"${thing}","topic":"iot/commands/${thing}/${kind}","commandId":"c-1",` +
    `"command":{"action":"reboot","argument":5},"status":"${status}"}`
  )
}

function lifecycle(client: string, time: string, rest: string): string {
  return `{"clientId":"${client}","timestamp":${at(time)},${rest},"sessionIdentifier":"s-1","principalIdentifier":"p-1"}`
}

/** The second half of it came again an hour later. */
export const twice = telemetry('T2', '09:10:00', 'DEGRADED')
export const withAdded = telemetry('T3', '10:20:00', 'OK', ',"traceId":"x-1","nested":{"a":[1,2]}')
export const connected = lifecycle(
  'T1',
  '09:00:00',
  '"eventType":"connected","ipAddress":"192.0.2.7","versionNumber":4'
)
export const lost = lifecycle(
  'T1',
  '09:59:00',
  '"eventType":"disconnected","clientInitiatedDisconnect":false,"disconnectReason":"CONNECTION_LOST","versionNumber":4'
)

/** The lines of each object. */
export const analystDay: Readonly<Record<string, readonly string[]>> = {
  'telemetry/2023/10/01/09/a.gz': [
    telemetry('T1', '09:00:05.250'),
    twice,
    telemetry('T1', '09:30:00'),
    'not JSON: 100% é T1'
  ],
  'telemetry/2023/10/01/10/b.gz': [
    telemetry('T1', '10:05:00'),
    twice,
    withAdded,
    '{"timestamp":1e300,"thingName":"T4"}',
    ''
  ],
  'telemetry/2023/10/01/11/c.gz': [telemetry('T3', '11:45:00')],
  'telemetry/2023/10/02/00/d.gz': [telemetry('T1', '23:59:00')],
  'commands/2023/10/01/09/a.gz': [
    command('T1', '09:15:00', 'request', 'SENT'),
    command('T1', '09:15:02', 'response', 'TIMED_OUT')
  ],
  'lifecycle/2023/10/01/09/a.gz': [lost, connected],
  'lifecycle/2023/10/01/12/b.gz': [
    lifecycle(
      'T2',
      '12:00:00',
      '"eventType":"disconnected","clientInitiatedDisconnect":true,"disconnectReason":"CLIENT_INITIATED_DISCONNECT"'
    )
  ]
}

/** Lines of telemetry of another day, as none should be. */
export const oddLines: readonly string[] = [
  '[1,2]',
  '"text"',
  '123',
  'null',
  '{"timestamp":-5}',
  '{"timestamp":"soon"}',
  '{"timestamp":99999999999999999999}',
  '{"timestamp":9223372036854775807}',
  '{"timestamp":253402300800000}',
  '{"timestamp":253402300799999}',
  '{"timestamp":"1696150800000"}',
  '{"timestamp":1696150800000}',
  '{"timestamp":1696150800000.25}',
  '{"thingName":{"a":1},"payload":"text","status":{},"sequence":"x"}',
  '{"payload":{"temperature":"NaN","rssi":1.5,"uptime":1e999}}',
  '{"a":1,"a":2}',
  '{"cut":',
  '{"timestamp":1696150800000,"thingName":"T9","messageId":"m","status":"LOST","cut":',
  '{"timestamp":1696150800000,"thingName":"T9"} {"second":1}',
  'nul\0l'
]

/** Puts the objects there. */
export function putAnalystDay(s3: S3Server): void {
  const objects = { ...analystDay, 'telemetry/2023/10/05/00/odd.gz': oddLines }
  for (const [key, lines] of Object.entries(objects)) s3.put(bucket, key, gzipSync(`${lines.join('\n')}\n`))
}

/** Makes the tables and the views; a view comes after those that it reads. */
export async function makeTablesAndViews(athena: Pick<AthenaServer, 'execute'>): Promise<void> {
  await athena.execute(`CREATE DATABASE ${places.database}`)
  const views = filesOf(new URL('../../queries/views/', import.meta.url))
  const { 'all_lines.sql': lines, 'iot_records.sql': records, ...others } = views
  const tables = Object.values(filesOf(new URL('../../queries/tables/', import.meta.url)))
  for (const text of [...tables, lines!, records!, ...Object.values(others)]) {
    await athena.execute(fillStatement(text, places))
  }
}
