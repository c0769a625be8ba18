import { randomUUID } from 'node:crypto'
import { clientError } from './client-error.ts'
import type { BatchJob } from './job.ts'
import { checkRetryStrategy, checkTimeout, type JobDefinitionOptions, type QueueOptions } from './settings.ts'

/** Where names lead. */
export interface Registry {
  readonly region: string
  readonly account: string
  readonly queues: ReadonlyMap<string, QueueOptions>
  readonly definitions: ReadonlyMap<string, JobDefinitionOptions>
  nowMs(): number
}

type Fields = Readonly<Record<string, unknown>>

/** https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html: 30 KiB */
const maxPayloadBytes = 30 * 1024
const notKnownHere = ['arrayProperties', 'nodeOverrides', 'eksPropertiesOverride', 'ecsPropertiesOverride', 'dependsOn']

/** Makes the job that a SubmitJob asks for. @throws Refusal as AWS refuses it */
export function jobOf(request: Fields, payloadBytes: number, registry: Registry): BatchJob {
  if (payloadBytes > maxPayloadBytes) throw clientError('SubmitJob payload is larger than 30 KiB')
  const unknown = notKnownHere.filter((name) => hasContent(request[name]))
  if (unknown.length > 0) throw clientError(`The stand-in does not know ${unknown.join(', ')}`)
  const name = textOf(request, 'jobName')
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(name)) {
    throw clientError('Job name should match valid pattern: ^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$')
  }
  const queue = nameIn(textOf(request, 'jobQueue'), 'job-queue', registry)
  const queueOptions = registry.queues.get(queue)
  if (!queueOptions) throw clientError(`JobQueue ${textOf(request, 'jobQueue')} does not exist`)
  if (queueOptions.isEnabled === false) throw clientError(`JobQueue ${queue} is not in ENABLED state`)
  const [definitionName, revision] = nameIn(textOf(request, 'jobDefinition'), 'job-definition', registry).split(':')
  const definition = registry.definitions.get(definitionName!)
  const known = definition?.revision ?? 1
  if (!definition || (revision !== undefined && Number(revision) !== known)) {
    throw clientError(`Unable to find active job definition ${textOf(request, 'jobDefinition')}`)
  }
  const overrides = fieldsOf(request, 'containerOverrides')
  const parameters = { ...definition.parameters, ...textsOf(fieldsOf(request, 'parameters'), 'parameters') }
  const tags = textsOf(fieldsOf(request, 'tags'), 'tags')
  if (Object.keys(tags).length > 50) throw clientError('Too many tags: at most 50')
  const id = randomUUID()
  const arn = (kind: string, resource: string): string =>
    `arn:aws:batch:${registry.region}:${registry.account}:${kind}/${resource}`
  return {
    id,
    arn: arn('job', id),
    name,
    queue,
    queueArn: arn('job-queue', queue),
    definitionArn: arn('job-definition', `${definitionName}:${known}`),
    image: definition.image ?? `${registry.account}.dkr.ecr.${registry.region}.amazonaws.com/iot-log:latest`,
    parameters,
    command: fillIn(commandOf(overrides) ?? definition.command, parameters),
    environment: { ...definition.environment, ...environmentOf(overrides) },
    retryStrategy: checkRetryStrategy((request.retryStrategy as never) ?? definition.retryStrategy),
    timeoutSeconds: checkTimeout((request.timeout as never) ?? definition.timeout),
    stopTimeoutSeconds: definition.stopTimeoutSeconds ?? 30,
    tags,
    createdAt: registry.nowMs(),
    status: 'SUBMITTED',
    statusReason: undefined,
    startedAt: undefined,
    stoppedAt: undefined,
    isCancelled: false,
    isTerminated: false,
    attempts: []
  }
}

const hasContent = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)

/** A name, of itself or out of its ARN. */
export function nameIn(text: string, kind: string, { region, account }: Registry): string {
  if (!text.startsWith('arn:')) return text
  const start = `arn:aws:batch:${region}:${account}:${kind}/`
  if (!text.startsWith(start)) throw clientError(`Not an ARN of a ${kind} here: ${text}`)
  return text.slice(start.length)
}

export function textOf(request: Fields, name: string): string {
  const value = request[name]
  if (typeof value !== 'string' || value === '') throw clientError(`${name} must not be null or empty`)
  return value
}

function fieldsOf(request: Fields, name: string): Fields {
  const value = request[name] ?? {}
  if (typeof value !== 'object' || Array.isArray(value)) throw clientError(`${name} must be an object`)
  return value as Fields
}

function textsOf(fields: Fields, name: string): Record<string, string> {
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value !== 'string') throw clientError(`${name}.${key} must be a string`)
  }
  return fields as Record<string, string>
}

function commandOf({ command }: Fields): readonly string[] | undefined {
  if (command === undefined || command === null) return undefined
  if (!Array.isArray(command) || command.some((word) => typeof word !== 'string' || word === '')) {
    throw clientError('containerOverrides.command must not contain empty strings')
  }
  return command.length === 0 ? undefined : (command as string[])
}

function environmentOf({ environment = [] }: Fields): Record<string, string> {
  const pairs = environment as readonly { name?: string; value?: string }[]
  for (const { name } of pairs) {
    if (!name || name.startsWith('AWS_BATCH')) {
      throw clientError(`Environment variables must not start with AWS_BATCH: ${name}`)
    }
  }
  return Object.fromEntries(pairs.map(({ name, value = '' }) => [name!, value]))
}

/** `Ref::name` becomes the parameter; `Ref::name` without a parameter stays as it is. */
function fillIn(command: readonly string[], parameters: Readonly<Record<string, string>>): string[] {
  return command.map((word) => {
    const name = /^Ref::(.+)$/.exec(word)?.[1]
    return name === undefined ? word : (parameters[name] ?? word)
  })
}
