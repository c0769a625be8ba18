import type { Layout } from '../../worker/contract/layout.ts'

/*
 * A layout in Firehose's syntax: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html. Pure. The time is
 * that of arrival, in UTC. `YYYY` would be the week's year and `DD` the day of the year.
 */

/** The prefix of a stream's objects: `telemetry/!{timestamp:yyyy}/!{timestamp:MM}/…`. */
export function firehosePrefix(root: string, { template }: Layout): string {
  return root + template.replaceAll(/\{(yyyy|MM?|dd?|HH?)\}/g, (_, field: string) => `!{timestamp:${field}}`)
}

/** The prefix of records that a stream could not deliver: outside of all categories. */
export function errorPrefix(root: string, stream: string): string {
  return `${root}errors/${stream}/!{firehose:error-output-type}/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/`
}
