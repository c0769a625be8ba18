import type { Thing } from './fleet.ts'
import { type Random, randomUuid } from './random.ts'

/*
 * The lines that AWS IoT rules write for the three categories of the reference configuration.
 * Lifecycle payloads have the fields of
 * https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html
 */

/** A telemetry message of about 390 bytes; the thing's name stands in it twice (topic and field). */
export function telemetryLine(random: Random, thing: Thing, timeMs: number): string {
  const celsius = (15 + random.next() * 20).toFixed(2)
  const humidity = (30 + random.next() * 50).toFixed(1)
  const volts = (3.2 + random.next()).toFixed(3)
  return (
    `{"timestamp":${timeMs},"thingName":"${thing.name}","topic":"iot/telemetry/${thing.name}",` +
    `"messageId":"${randomUuid(random)}","sequence":${random.below(1_000_000)},"payload":{"temperature":${celsius},` +
    `"humidity":${humidity},"battery":${volts},"rssi":${-40 - random.below(60)},"uptime":${random.below(5_000_000)},` +
    `"status":"${random.next() < 0.97 ? 'OK' : 'DEGRADED'}","firmware":"${thing.firmware}","site":"${thing.site}",` +
    `"gps":{"lat":35.${random.below(1_000_000)},"lon":139.${random.below(1_000_000)}}},` +
    `"principal":"${thing.certificateId.slice(0, 16)}","protocol":"MQTT","qos":${random.below(2)}}`
  )
}

/** A command message or the device's answer to it. */
export function commandLine(random: Random, thing: Thing, timeMs: number): string {
  const action = random.pick(['reboot', 'set-interval', 'open-valve', 'close-valve', 'update-firmware', 'report'])
  const isAnswer = random.next() < 0.5
  const outcome = isAnswer
    ? `"status":"${random.pick(['SUCCEEDED', 'SUCCEEDED', 'REJECTED', 'TIMED_OUT'])}"`
    : '"status":"SENT"'
  return (
    `{"timestamp":${timeMs},"thingName":"${thing.name}","topic":"iot/commands/${thing.name}/${isAnswer ? 'response' : 'request'}",` +
    `"commandId":"${randomUuid(random)}","command":{"action":"${action}","argument":${random.below(600)}},${outcome}}`
  )
}

/** A presence event as the topics `$aws/events/presence/connected|disconnected/<clientId>` carry it. */
export function lifecycleLine(random: Random, thing: Thing, timeMs: number): string {
  const common = `"clientId":"${thing.name}","timestamp":${timeMs}`
  const session = `"sessionIdentifier":"${randomUuid(random)}","principalIdentifier":"${thing.certificateId}"`
  const version = `"versionNumber":${random.below(500)}`
  if (random.next() < 0.5) {
    return `{${common},"eventType":"connected",${session},"ipAddress":"${thing.ipAddress}",${version}}`
  }
  const reason = random.pick([
    'CLIENT_INITIATED_DISCONNECT',
    'CONNECTION_LOST',
    'MQTT_KEEP_ALIVE_TIMEOUT',
    'DUPLICATE_CLIENTID'
  ])
  const isInitiated = reason === 'CLIENT_INITIATED_DISCONNECT'
  return `{${common},"eventType":"disconnected",${session},"clientInitiatedDisconnect":${isInitiated},"disconnectReason":"${reason}",${version}}`
}
