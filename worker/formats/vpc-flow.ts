import { epochTimeMs } from './event-time.ts'
import { createHeadedFormat, type NamedTypes } from './headed-format.ts'
import { textOf } from './json-text.ts'
import { withoutReturn } from './spaced-line.ts'
import { columnText } from './sql/headed.ts'
import { numberOf } from './sql/spaced.ts'
import { epochTime } from './sql/time.ts'

/** Fields as in VPC's "Flow log records", versions 2 to 8, `-` in their names written as `_`. */
const types: NamedTypes = {
  version: 'int',
  account_id: 'string',
  interface_id: 'string',
  srcaddr: 'string',
  dstaddr: 'string',
  srcport: 'int',
  dstport: 'int',
  protocol: 'int',
  packets: 'bigint',
  bytes: 'bigint',
  start: 'bigint',
  end: 'bigint',
  action: 'string',
  log_status: 'string',
  vpc_id: 'string',
  subnet_id: 'string',
  instance_id: 'string',
  tcp_flags: 'int',
  type: 'string',
  pkt_srcaddr: 'string',
  pkt_dstaddr: 'string',
  region: 'string',
  az_id: 'string',
  sublocation_type: 'string',
  sublocation_id: 'string',
  pkt_src_aws_service: 'string',
  pkt_dst_aws_service: 'string',
  flow_direction: 'string',
  traffic_path: 'int',
  ecs_cluster_arn: 'string',
  ecs_cluster_name: 'string',
  ecs_container_instance_arn: 'string',
  ecs_container_instance_id: 'string',
  ecs_container_id: 'string',
  ecs_second_container_id: 'string',
  ecs_service_name: 'string',
  ecs_task_definition_arn: 'string',
  ecs_task_arn: 'string',
  ecs_task_id: 'string',
  reject_reason: 'string',
  resource_id: 'string',
  encryption_status: 'string'
}
const names = Object.keys(types)
const known = names.map((name) => name.replaceAll('_', '-')).join('|')
/** A header is words alone, some of them known; every record holds a number or a `-`. */
const isHeader = String.raw`regexp_like(line, '\A[a-z][a-z-]+(?: [a-z][a-z-]+)*\z') AND regexp_like(line, '(?:\A| )(?:${known})(?: |\z)')`
const seconds = `coalesce(${numberOf(columnText('start'), 'bigint')}, ${numberOf(columnText('end'), 'bigint')})`

/** VPC flow logs: a header names the fields. The record's time is the start of its flow, in seconds. */
export const vpcFlow = createHeadedFormat({
  name: 'vpc-flow',
  types,
  // Lines without a header have the default format, version 2.
  defaultNames: names.slice(0, 14),
  headerNames,
  valuesOf: (line) => line.split(' '),
  timeMs: ({ start, end }) => {
    const count = start ?? end
    return typeof count === 'number' ? epochTimeMs(count) : undefined
  },
  sql: {
    isHeader,
    isNaming: isHeader,
    values: "split(line, ' ')",
    names: (header) => `split(replace(${header}, '-', '_'), ' ')`,
    eventTime: epochTime(`CAST(${seconds} AS double)`)
  }
})

/** The same rule as `isHeader`. */
function headerNames(line: Buffer): readonly string[] | undefined {
  if (line.length > 0 && line[0]! >= 0x30 && line[0]! <= 0x39) return undefined
  const words = withoutReturn(textOf(line)).split(' ')
  if (!words.every((word) => /^[a-z][a-z-]+$/.test(word))) return undefined
  const found = words.map((word) => word.replaceAll('-', '_'))
  return found.some((name) => Object.hasOwn(types, name)) ? found : undefined
}
