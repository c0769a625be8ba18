import { epochTimeMs } from './event-time.ts'
import type { Fields, Format, ParseLimits, RecordParser } from './format.ts'
import { type NamedTypes, readNamed, tableColumns, typedNames } from './headed-line.ts'
import { isBlank, textOf, tooLong, unparsed } from './json-text.ts'
import { recordOf, withoutReturn } from './spaced-line.ts'
import { columnText, headedColumns } from './sql/headed.ts'
import type { LineSelection, RecordColumns } from './sql/record-columns.ts'
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
/** What lines without a header hold: the default format, version 2. */
const defaultNames = names.slice(0, 14)

/** VPC flow logs: a header names the fields. The record's time is the start of its flow, in seconds. */
export const vpcFlow: Format = {
  name: 'vpc-flow',
  framing: 'lines',
  isJson: false,
  defaultOutput: 'raw',
  columns: tableColumns(types),
  createParser,
  view
}

function createParser({ maxParsedBytes }: ParseLimits): RecordParser {
  let columns = typedNames(defaultNames, types)
  const takeHeader = (line: Buffer): boolean => {
    const header = headerNames(line)
    if (header) columns = typedNames(header, types)
    return header !== undefined
  }
  return {
    takeHeader,
    parse(frame, take) {
      if (frame.length > maxParsedBytes) return take(unparsed(frame, tooLong(maxParsedBytes)))
      // Objects that were joined have headers inside.
      if (isBlank(frame) || takeHeader(frame)) return
      const { fields, error } = readNamed(columns, withoutReturn(textOf(frame)).split(' '))
      take(recordOf(frame, flowTimeMs(fields), fields, error))
    }
  }
}

/** A header is words alone, some of them known; every record holds a number or a `-`. */
function headerNames(line: Buffer): string[] | undefined {
  if (line.length > 0 && line[0]! >= 0x30 && line[0]! <= 0x39) return undefined
  const words = withoutReturn(textOf(line)).split(' ')
  if (!words.every((word) => /^[a-z][a-z-]+$/.test(word))) return undefined
  const names = words.map((word) => word.replaceAll('-', '_'))
  return names.some((name) => Object.hasOwn(types, name)) ? names : undefined
}

function flowTimeMs({ start, end }: Fields): number | undefined {
  const seconds = start ?? end
  return typeof seconds === 'number' ? epochTimeMs(seconds) : undefined
}

function view(lines: LineSelection): RecordColumns {
  const known = names.map((name) => name.replaceAll('_', '-')).join('|')
  // Words alone, some of them known; every record holds a number or a `-`.
  const isHeader = String.raw`regexp_like(line, '\A[a-z][a-z-]+(?: [a-z][a-z-]+)*\z') AND regexp_like(line, '(?:\A| )(?:${known})(?: |\z)')`
  const seconds = `coalesce(${numberOf(columnText('start'), 'bigint')}, ${numberOf(columnText('end'), 'bigint')})`
  return headedColumns(vpcFlow.columns, lines, {
    isHeader,
    isNaming: isHeader,
    values: "split(line, ' ')",
    names: (header) => `split(replace(${header}, '-', '_'), ' ')`,
    defaultNames,
    eventTime: epochTime(`CAST(${seconds} AS double)`)
  })
}
