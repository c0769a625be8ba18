import type { Layout } from '../../worker/contract/layout.ts'

/*
 * A layout as Firehose writes it: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html. Pure. The time is
 * that of arrival, UTC. `YYYY` would be the week's year and `DD` the day of the year.
 */

/** The prefix of a stream's objects: `telemetry/!{timestamp:yyyy}/!{timestamp:MM}/…`. */
export function firehosePrefix(root: string, { template }: Layout): string {
  return root + template.replaceAll(/\{(yyyy|MM|dd|HH)\}/g, (_, field: string) => `!{timestamp:${field}}`)
}

/** Where a stream puts what it could not deliver: below the results of no category. */
export function errorPrefix(root: string, stream: string): string {
  return `${root}errors/${stream}/!{firehose:error-output-type}/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/`
}
