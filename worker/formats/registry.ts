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

const all: readonly Format[] = [
  lines,
  jsonLines,
  jsonConcatenated,
  cloudtrail,
  cloudwatch,
  elbClassic,
  alb,
  albConnection,
  nlb,
  firelens,
  iotLifecycle,
  vpcFlow,
  cloudfront,
  s3Access,
  waf,
  pexip
]

const formats: ReadonlyMap<string, Format> = new Map(all.map((format) => [format.name, format]))

/** Of every format, as the configuration has them. */
export const formatNames: readonly string[] = [...formats.keys()]

/** @throws Error for a name that no checked configuration has */
export function findFormat(name: string): Format {
  const format = formats.get(name)
  if (!format) throw new Error(`No such format: ${name}`)
  return format
}
