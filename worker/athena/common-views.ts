import type { Environment } from '../contract/config.ts'
import { quotedName, textLiteral } from './literal.ts'
import { recordViewOf } from './record-view.ts'
import { type NamedStatement, viewStatement } from './table-statement.ts'

/*
 * Views over the records of several categories, under one set of columns, so that a saved query reads all of them at
 * once. A category takes part if its format has a part here. A view without a part is not made.
 */

/** A common view: its columns, and for each format the expressions over its record view, in the same order. */
interface CommonView {
  readonly name: string
  readonly what: string
  readonly columns: readonly string[]
  readonly parts: Readonly<Record<string, readonly string[]>>
  /** Which records belong to it; the default is all of them. */
  readonly condition?: string
}

/** The path of an absolute URL, or of the part behind the host. */
const pathOf = (url: string): string => `regexp_extract(${url}, '\\A(?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?([^?#]*)', 1)`
const hostOf = (name: string): string => `coalesce(${name}_ip || ':' || CAST(${name}_port AS varchar), ${name}_ip)`
/** -1 if the load balancer could not forward the request, or got no response. */
const timeOf = (name: string): string => `CASE WHEN ${name}_processing_time >= 0 THEN ${name}_processing_time END`
const nothing = (type: string): string => `CAST(NULL AS ${type})`

const loadBalanced = (target: 'target' | 'backend'): readonly string[] => [
  hostOf(target),
  'client_ip',
  'request_verb',
  'request_url',
  pathOf('request_url'),
  'elb_status_code',
  `${target}_status_code`,
  timeOf('request'),
  timeOf(target),
  timeOf('response'),
  `${timeOf('request')} + ${timeOf(target)} + ${timeOf('response')}`,
  'received_bytes',
  'sent_bytes',
  'user_agent'
]

const requestUrl = String.raw`regexp_extract(request_uri, '\A[^ ]+ (.*) [^ ]+\z', 1)`

/**
 * HTTP requests of all logs. A connection is no request, so nlb and alb-connection have no part. `target` should
 * respond to the request: a load balancer's target, a CloudFront distribution, a bucket.
 */
const accessRequests: CommonView = {
  name: 'access_requests',
  what: 'HTTP requests',
  columns: [
    'target',
    'client',
    'method',
    'url',
    'path',
    'status',
    'target_status',
    'request_seconds',
    'target_seconds',
    'response_seconds',
    'seconds',
    'received_bytes',
    'sent_bytes',
    'user_agent'
  ],
  parts: {
    alb: loadBalanced('target'),
    'elb-classic': loadBalanced('backend'),
    cloudfront: [
      'cs_host',
      'c_ip',
      'cs_method',
      "cs_uri_stem || coalesce('?' || cs_uri_query, '')",
      'cs_uri_stem',
      'sc_status',
      nothing('integer'),
      nothing('double'),
      nothing('double'),
      nothing('double'),
      'time_taken',
      'cs_bytes',
      'sc_bytes',
      'cs_user_agent'
    ],
    's3-access': [
      'bucket',
      'remote_ip',
      String.raw`regexp_extract(request_uri, '\A([^ ]+) .* [^ ]+\z', 1)`,
      requestUrl,
      pathOf(requestUrl),
      'http_status',
      nothing('integer'),
      nothing('double'),
      'turn_around_time / 1e3',
      nothing('double'),
      'total_time / 1e3',
      nothing('bigint'),
      'bytes_sent',
      'user_agent'
    ]
  }
}

/** What Pexip's "Disconnection reasons" calls normal. */
const normalReasons = [
  'Call disconnected',
  'Conference host ended the conference with a DTMF command',
  'Conference terminated by a Host participant',
  'Conference terminated by an administrator',
  'Conference terminated by another participant',
  'Disconnected by an administrator',
  'Disconnected by another participant',
  'Timeout waiting for conference host to join or permit access to locked conference'
]
/** The reason of a disconnect stands in Detail. */
const reason = 'coalesce(reason, detail)'
const problem = `CASE
    WHEN message LIKE 'Participant has disconnected%'
    THEN CASE WHEN ${reason} NOT IN (${normalReasons.map(textLiteral).join(', ')}) THEN ${reason} END
    WHEN level IN ('WARNING', 'ERROR') THEN message
  END`

const conferenceColumns = [
  'system',
  'level',
  'message',
  'reason',
  'problem',
  'conference',
  'participant',
  'protocol',
  'direction',
  'vendor',
  'remote_address',
  'location',
  'signaling_node',
  'media_node',
  'call_id',
  'duration'
]

/** Pexip Infinity's log of conferences and their participants; `problem` is null if nothing is wrong. */
const conferenceEvents: CommonView = {
  name: 'conference_events',
  what: 'Events of Pexip conferences',
  columns: conferenceColumns,
  condition: "kind = 'support' AND class = 'administrator.conference'",
  parts: {
    pexip: conferenceColumns.map((name) => (name === 'reason' ? reason : name === 'problem' ? problem : name))
  }
}

const views: readonly CommonView[] = [accessRequests, conferenceEvents]

/** The common views that have a part in an environment. */
export function commonViewsOf({ categories }: Environment): NamedStatement[] {
  return views.flatMap((view) => {
    const parts = [...categories.values()].flatMap((category) => {
      const columns = view.parts[category.format]
      const records = recordViewOf(category)
      return columns && records ? [partOf(view, category.name, records.name, columns)] : []
    })
    if (parts.length === 0) return []
    const statement = viewStatement(`${view.what} of all categories`, view.name, [parts.join('\nUNION ALL\n')])
    return [{ name: view.name, statement }]
  })
}

function partOf(view: CommonView, category: string, records: string, expressions: readonly string[]): string {
  const columns = view.columns.map((name, at) => {
    const expression = expressions[at]!
    return expression === name ? `  ${name},` : `  ${expression} AS ${name},`
  })
  const { condition } = view
  return [
    'SELECT',
    `  CAST(${textLiteral(category)} AS varchar) AS category,`,
    '  day,',
    '  hour,',
    '  event_time,',
    ...columns,
    '  object,',
    '  line',
    `FROM "\${database}".${quotedName(records)}${condition === undefined ? '' : `\nWHERE ${condition}`}`
  ].join('\n')
}
