import { alb } from './alb.ts'
import { albConnection } from './alb-connection.ts'
import { cloudfront } from './cloudfront.ts'
import { cloudtrail } from './cloudtrail.ts'
import { cloudwatch } from './cloudwatch.ts'
import { elbClassic } from './elb-classic.ts'
import { firelens } from './firelens.ts'
import type { Format } from './format.ts'
import { iotLifecycle } from './iot-lifecycle.ts'
import { jsonConcatenated } from './json-concatenated.ts'
import { jsonLines } from './json-lines.ts'
import { lines } from './lines.ts'
import { nlb } from './nlb.ts'
import { pexip } from './pexip.ts'
import { s3Access } from './s3-access.ts'
import { vpcFlow } from './vpc-flow.ts'
import { waf } from './waf.ts'

/** Every format by its name in the configuration. Names, schema, views and benchmarks follow from this list. */
export const formats = {
  lines,
  'json-lines': jsonLines,
  'json-concatenated': jsonConcatenated,
  cloudtrail,
  cloudwatch,
  'elb-classic': elbClassic,
  alb,
  'alb-connection': albConnection,
  nlb,
  firelens,
  'iot-lifecycle': iotLifecycle,
  'vpc-flow': vpcFlow,
  cloudfront,
  's3-access': s3Access,
  waf,
  pexip
} as const satisfies Readonly<Record<string, Format>>

export type FormatName = keyof typeof formats
export const formatNames = Object.keys(formats) as readonly FormatName[]

/** @throws Error for a name that the configuration could not have */
export function findFormat(name: string): Format {
  if (!Object.hasOwn(formats, name)) throw new Error(`No such format: ${name}`)
  return formats[name as FormatName]
}
