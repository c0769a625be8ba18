import { type FormatName, findFormat, formats } from '../../formats/registry.ts'
import { cloudfrontColumns, vpcFlowColumns } from './headed.ts'
import { jsonColumns, wrappedColumns } from './json.ts'
import { pexipColumns } from './pexip.ts'
import type { LineSelection, RecordColumns } from './record-columns.ts'
import { spacedColumns } from './spaced.ts'

/** How the lines of a format are taken apart, or undefined where they are not. */
type ReadLines = ((lines: LineSelection) => RecordColumns) | undefined

const of = findFormat

/** Every format: `lines` need no view, documents and envelopes are no lines of a table. */
const families: Readonly<Record<FormatName, ReadLines>> = {
  lines: undefined,
  'json-lines': (lines) => jsonColumns(of('json-lines'), lines),
  'json-concatenated': undefined,
  cloudtrail: (lines) => wrappedColumns(of('cloudtrail'), lines, 'Records', 'eventTime'),
  cloudwatch: undefined,
  'elb-classic': (lines) => spacedColumns(formats['elb-classic'], lines),
  alb: (lines) => spacedColumns(formats.alb, lines),
  'alb-connection': (lines) => spacedColumns(formats['alb-connection'], lines),
  nlb: (lines) => spacedColumns(formats.nlb, lines),
  firelens: undefined,
  'iot-lifecycle': undefined,
  'vpc-flow': (lines) => vpcFlowColumns(of('vpc-flow'), lines),
  cloudfront: (lines) => cloudfrontColumns(of('cloudfront'), lines),
  's3-access': (lines) => spacedColumns(formats['s3-access'], lines),
  waf: (lines) => jsonColumns(of('waf'), lines, ['timestamp']),
  pexip: (lines) => pexipColumns(of('pexip'), lines)
}

/** How Athena reads the records of a format; undefined where a line is no record, or is nothing more than a line. */
export function findRecordColumns(format: string): ReadLines {
  return families[format as FormatName]
}
