import type { Fields, LogRecord, TimeReader } from './format.ts'
import { createJsonFormat } from './json-format.ts'
import { isObject } from './json-text.ts'
import { formatTime } from './render.ts'

/**
 * Container records of FireLens (fluent-bit): the container's line stands in `log`, its origin beside it. When the line
 * is a JSON object itself, its values stand in `log_fields` too. fluent-bit adds no time by default: the line's own
 * time counts then.
 */
export const firelens = createJsonFormat({
  name: 'firelens',
  framing: 'documents',
  columns: [
    { name: 'source', type: 'string' },
    { name: 'log', type: 'string' },
    { name: 'container_id', type: 'string' },
    { name: 'container_name', type: 'string' },
    { name: 'ecs_cluster', type: 'string' },
    { name: 'ecs_task_arn', type: 'string' },
    { name: 'ecs_task_definition', type: 'string' },
    { name: 'ec2_instance_id', type: 'string' }
  ],
  enrich: withLogFields,
  otherTimeMs: logTimeMs,
  describe: describeRecord
})

function withLogFields(fields: Fields): Fields {
  const { log } = fields
  if (typeof log !== 'string' || !log.startsWith('{')) return fields
  try {
    const logFields = JSON.parse(log)
    return isObject(logFields) ? { ...fields, log_fields: logFields } : fields
  } catch {
    return fields
  }
}

function logTimeMs({ log, log_fields }: Fields, times: TimeReader): number | undefined {
  if (isObject(log_fields)) return times.ofFields(log_fields)
  return typeof log === 'string' ? times.ofText(log) : undefined
}

function describeRecord({ raw, fields, timeMs }: LogRecord): string {
  const log = typeof fields.log === 'string' ? fields.log : raw.toString()
  return [formatTime(timeMs), fields.container_name, log].filter((part) => part).join(' ')
}
