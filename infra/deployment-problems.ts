import type { Config, Environment } from '../worker/contract/config.ts'
import type { Problem } from '../worker/contract/errors.ts'
import { hasNames, rootOf } from '../worker/contract/layout.ts'
import { type BucketPlace, expiringOf, placeOf, rejectedOf } from './bucket-location.ts'
import { settingsOf } from './deploy-settings.ts'

/*
 * Problems that prevent a deployment, although the rest of the system accepts the configuration. Pure.
 */

/** IAM names have at most 64 characters. The project's own add up to 22 characters after the environment's name. */
const longestName = 24

/** The longest name of a delivery stream: https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html */
const longestStream = 64

/** What is wrong with one environment. */
export function problemsOf(environment: Environment, config: Config, home: Environment): Problem[] {
  const { name, source, account, region, submit, pathStyle } = environment
  const { ingest, publicUrl } = settingsOf(environment)
  const key = `environments.${name}`
  const problems: Problem[] = []
  const say = (at: string, text: string): void => void problems.push(problemAt(at, text))
  if (name.length > longestName) say(key, `a name of at most ${longestName} letters can be deployed`)
  if (account === undefined) say(`${key}.account`, 'missing: it says where to deploy')
  if (region === undefined) say(`${key}.region`, 'missing: it says where to deploy')
  if (pathStyle) say(`${key}.pathStyle`, 'true: only buckets of AWS can be deployed')
  const logs = placeOf(source)
  const store = placeOf(config.output.store ?? source)
  if (!logs) say(`${key}.source`, `${source}: only s3://bucket[/prefix] can be deployed`)
  if (!store) say('output.store', `${config.output.store ?? source}: only s3://bucket[/prefix] can be deployed`)
  if (logs && store) problems.push(...expiryProblems(environment, config, logs, store))
  for (const kind of ['spotQueue', 'onDemandQueue', 'jobDefinition'] as const) {
    const value = submit![kind]
    if (!/^[A-Za-z0-9][\w-]{0,127}$/.test(value)) say(`${key}.submit.${kind}`, `${value}: a name is needed, not an ARN`)
  }
  for (const [category, { accounts, logGroups }] of Object.entries(ingest)) {
    // As store/sources.ts names them.
    const [ending = ''] = [...accounts.map((own) => `-${own}`), ...logGroups.map(() => '-logs')]
    const most = longestStream - `iot-log-${name}-${ending}`.length
    const text = `${most} letters at most fit into names of streams`
    if (category.length > most) say(`${key}.deploy.ingest.${category}`, text)
    const layout = environment.categories.get(category)?.layout
    if (layout && hasNames(layout)) {
      say(
        `${key}.deploy.ingest.${category}`,
        `${layout.template}: a stream can't write *, {account}, {region} or {identifier}`
      )
    }
  }
  const isAway = account !== home.account || region !== home.region
  if (isAway && publicUrl === undefined) {
    say(`${key}.deploy.publicUrl`, `missing: the ingress is deployed with ${home.name}, in another account or region`)
  }
  const { roleArn } = submit!
  if (account !== home.account && roleArn === null) {
    say(`${key}.submit.roleArn`, `missing: jobs are submitted from account ${home.account}, by a role of this one`)
  }
  if (roleArn !== null && !/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@-]{1,64}$/.test(roleArn)) {
    say(`${key}.submit.roleArn`, `${roleArn}: the ARN of a role without a path is needed`)
  } else if (roleArn !== null && roleArn.split(':')[4] !== account) {
    say(`${key}.submit.roleArn`, `${roleArn}: no role of account ${account}`)
  }
  return problems
}

/** Problems of names that two environments create: a bucket's is unique in all of AWS, others in an account and region. */
export function clashes(environments: readonly Environment[]): Problem[] {
  const owners = new Map<string, string>()
  return environments.flatMap((environment) =>
    namesOf(environment).flatMap(([key, kind, name, scope]) => {
      const at = `environments.${environment.name}.${key}`
      const place = `${scope} ${kind} ${name}`
      const owner = owners.get(place)
      owners.set(place, owner ?? at)
      return owner === undefined ? [] : [problemAt(at, `${name}: the ${kind} of ${owner} has this name`)]
    })
  )
}

/** The names that an environment creates, and the scope in which each is unique. */
type OwnName = readonly [key: string, kind: string, name: string | undefined, scope: string]

function namesOf(environment: Environment): readonly OwnName[] {
  const { account, region, source, submit, athena } = environment
  const scope = `${account} ${region}`
  const bucket = settingsOf(environment).bucket === 'create' ? placeOf(source)?.bucket : undefined
  const names: readonly OwnName[] = [
    ['submit.spotQueue', 'queue', submit!.spotQueue, scope],
    ['submit.onDemandQueue', 'queue', submit!.onDemandQueue, scope],
    ['submit.jobDefinition', 'job definition', submit!.jobDefinition, scope],
    ['athena.database', 'database', athena?.database, scope],
    ['athena.workgroup', 'workgroup', athena?.workgroup, scope],
    ['athena.analystWorkgroup', 'workgroup', athena?.analystWorkgroup, scope],
    ['source', 'bucket', bucket, 'AWS']
  ]
  return names.filter(([, , name]) => name !== undefined)
}

/** The rules that expire results and rejected records must not expire anything else. */
function expiryProblems(environment: Environment, config: Config, logs: BucketPlace, store: BucketPlace): Problem[] {
  const { output, forward } = config
  if (output.prefix === '' && logs.bucket === store.bucket) {
    const text = 'empty, in the bucket of the logs: the rule that expires results would take them'
    return [problemAt('output.prefix', text)]
  }
  const expiring = expiringOf(store, config)
  const rejected = rejectedOf(store, config)
  const problems: Problem[] = []
  const isForwarded = Object.keys(settingsOf(environment).forward).length > 0
  if (isOverlap(rejected, expiring) && (expiring !== '' || isForwarded)) {
    const where = expiring === '' ? 'everywhere in their bucket' : `under ${expiring}`
    problems.push(problemAt('forward.prefix', `${forward.prefix}: results expire ${where}`))
  }
  if (logs.bucket !== store.bucket) return problems
  for (const { name, layout } of environment.categories.values()) {
    const root = logs.prefix + rootOf(layout)
    const say = (text: string): void => {
      problems.push(problemAt(`categories.${name}.layout`, `${layout.template}: ${text}`))
    }
    if (isOverlap(root, expiring)) say(`results expire under ${expiring}`)
    else if (isOverlap(root, rejected)) say(`records that sinks refused are kept under ${rejected}`)
  }
  return problems
}

const isOverlap = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one)

/** A problem whose text begins with its key. */
export function problemAt(subject: string, text: string): Problem {
  return { subject, text: `${subject}: ${text}` }
}
