/** The log formats that a category may have: `worker/formats` has a file for each. */
export const formatNames = [
  'lines',
  'json-lines',
  'json-concatenated',
  'cloudtrail',
  'cloudwatch',
  'elb-classic',
  'alb',
  'alb-connection',
  'nlb',
  'firelens',
  'iot-lifecycle',
  'vpc-flow',
  'cloudfront',
  's3-access',
  'waf',
  'pexip'
] as const
export type FormatName = (typeof formatNames)[number]
