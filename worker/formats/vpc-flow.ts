import { epochTimeMs } from './event-time.ts'
import { createHeadedFormat, type NamedTypes } from './headed-format.ts'
import { columnText } from './sql/headed.ts'
import { numberOf } from './sql/spaced.ts'
import { epochTime } from './sql/time.ts'

/**
 * Fields as in VPC's "Flow log records", versions 2 to 11, then those of "Transit Gateway Flow Logs" (version 6) that are
 * none of them. `-` in their names is written as `_`.
 */
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
  encryption_status: 'string',
  instance_tag: 'string',
  instance_tag_2: 'string',
  interface_tag: 'string',
  interface_tag_2: 'string',
  asg_tag: 'string',
  asg_tag_2: 'string',
  interface_type: 'string',
  next_hop_interface_id: 'string',
  next_hop_subnet_id: 'string',
  next_hop_az_id: 'string',
  next_hop_vpc_id: 'string',
  next_hop_interface_type: 'string',
  resource_type: 'string',
  tgw_id: 'string',
  tgw_attachment_id: 'string',
  tgw_src_vpc_account_id: 'string',
  tgw_dst_vpc_account_id: 'string',
  tgw_src_vpc_id: 'string',
  tgw_dst_vpc_id: 'string',
  tgw_src_subnet_id: 'string',
  tgw_dst_subnet_id: 'string',
  tgw_src_eni: 'string',
  tgw_dst_eni: 'string',
  tgw_src_az_id: 'string',
  tgw_dst_az_id: 'string',
  tgw_pair_attachment_id: 'string',
  packets_lost_no_route: 'bigint',
  packets_lost_blackhole: 'bigint',
  packets_lost_mtu_exceeded: 'bigint',
  packets_lost_ttl_expired: 'bigint'
}
const [lowerA, lowerZ, underscore, hyphen, space, carriageReturn] = [0x61, 0x7a, 0x5f, 0x2d, 0x20, 0x0d]
const names = Object.keys(types)
/** All fields of AWS take a tenth of it. */
const longestHeader = 16 * 1024
/** A header is names alone, and more of them are known than not: tags and types are words too. */
const words = '[a-z][a-z0-9_-]*(?: [a-z][a-z0-9_-]*)*'
const wordsAlone = new RegExp(`^${words}$`)
const known = names.map((name) => name.replaceAll('_', '[_-]')).join('|')
const count = (array: string): string => `cardinality(${array})`
const isHeader = String.raw`length(line) <= ${longestHeader} AND regexp_like(line, '\A${words}\z')
    AND 2 * ${count(String.raw`filter(split(line, ' '), word -> regexp_like(word, '\A(?:${known})\z'))`)} > ${count("split(line, ' ')")}`
const seconds = `coalesce(${numberOf(columnText('start'), 'bigint')}, ${numberOf(columnText('end'), 'bigint')})`

/** VPC flow logs: a header names the fields. The record's time is the start of its flow, in seconds. */
export const vpcFlow = createHeadedFormat({
  name: 'vpc-flow',
  types,
  // Lines without a header have the default format, version 2.
  defaultNames: names.slice(0, 14),
  headerNames,
  mayBegin: (byte) => byte >= lowerA && byte <= lowerZ,
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

/** The same rule as `isHeader`. Most lines that begin with a letter hold an address or a capital soon. */
function headerNames(line: Buffer): readonly string[] | undefined {
  if (line.length > longestHeader) return undefined
  const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length
  for (let at = 0; at < end; at++) if (!isNameByte(line[at]!)) return undefined
  const text = line.toString('latin1', 0, end)
  if (!wordsAlone.test(text)) return undefined
  const found = text.replaceAll('-', '_').split(' ')
  return 2 * found.filter((name) => Object.hasOwn(types, name)).length > found.length ? found : undefined
}

function isNameByte(byte: number): boolean {
  if (byte >= lowerA) return byte <= lowerZ
  return (byte >= 0x30 && byte <= 0x39) || byte === space || byte === hyphen || byte === underscore
}
