import { createJsonFormat } from './json-format.ts'

/** AWS WAF web ACL logs: a JSON object on each line. Fields as in WAF's "Log fields" page; columns for the plain ones. */
export const waf = createJsonFormat({
  name: 'waf',
  framing: 'lines',
  columns: [
    { name: 'timestamp', type: 'bigint' },
    { name: 'formatVersion', type: 'int' },
    { name: 'webaclId', type: 'string' },
    { name: 'terminatingRuleId', type: 'string' },
    { name: 'terminatingRuleType', type: 'string' },
    { name: 'action', type: 'string' },
    { name: 'httpSourceName', type: 'string' },
    { name: 'httpSourceId', type: 'string' },
    { name: 'responseCodeSent', type: 'int' }
  ],
  timeKeys: ['timestamp']
})
