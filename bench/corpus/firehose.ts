import { type Random, randomUuid } from './random.ts'

/**
 * The key that Firehose gives an object: `<stream>-<version>-<YYYY-MM-dd-HH-mm-ss>-<uuid><extension>` under the prefix
 * (https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html).
 */
export function firehoseKey(random: Random, prefix: string, stream: string, timeMs: number, extension = '.gz'): string {
  const stamp = new Date(timeMs).toISOString().slice(0, 19).replace(/[T:]/g, '-')
  return `${prefix}${stream}-1-${stamp}-${randomUuid(random)}${extension}`
}
