import type { Config, Environment } from '../worker/contract/config.ts'
import { type DeploySettings, deploySchema } from '../worker/contract/deploy-schema.ts'
import { type Problem, ProblemsError } from '../worker/contract/errors.ts'

/*
 * From the configuration to what is deployed, and where. Pure. An environment with `submit` runs jobs, so it has stacks;
 * the ingress is deployed once, with the default environment (its home), and serves all.
 */

/** A bucket, and what its keys begin with: empty, or with a slash at the end. */
export interface BucketPlace {
  readonly bucket: string
  readonly prefix: string
}

/** An account and a region. */
export interface Site {
  readonly account: string
  readonly region: string
}

/** One environment as its stacks need it. */
export interface Deployment extends Site {
  readonly name: string
  readonly environment: Environment
  readonly settings: DeploySettings
  readonly config: Config
  /** Where the logs are. */
  readonly logs: BucketPlace
  /** Where archives, job records and results of Athena go: the prefix is that of the configuration, too. */
  readonly results: BucketPlace
  /** What the results' expiry covers: the first folder of their prefix. */
  readonly expiring: string
  readonly submit: NonNullable<Environment['submit']>
  /** Names of IAM, queues and functions begin with it. */
  readonly prefix: string
  /** The deployment that has the ingress. */
  readonly home: Site & { readonly prefix: string }
  readonly isHome: boolean
}

export interface DeploymentPlan {
  readonly deployments: readonly Deployment[]
  /** Environments without stacks, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
}

/** IAM names have 64 characters, and ours end with up to 22 more. */
const longestName = 24

/** @throws ProblemsError (`wrong-config`) with everything that must be told before anything can be deployed */
export function planDeployments(config: Config): DeploymentPlan {
  const environments = [...config.environments.values()]
  const leftOut = environments.flatMap(({ name, submit }) => {
    return submit ? [] : [{ name, reason: `environments.${name}.submit is missing: it runs no jobs` }]
  })
  const chosen = environments.filter(({ submit }) => submit !== undefined)
  const home = chosen.find(({ name }) => name === config.defaultEnvironment) ?? chosen[0]
  const problems = chosen.flatMap((environment) => problemsOf(environment, config, home!))
  if (!home) problems.push(problemAt('environments', 'none has submit: there is nothing to deploy'))
  if (problems.length > 0) throw new ProblemsError('wrong-config', problems)
  return { deployments: chosen.map((environment) => deploymentOf(environment, config, home!)), leftOut }
}

/** All defaults filled in, for an environment that says nothing. */
function settingsOf({ deploy }: Environment): DeploySettings {
  return deploy ?? deploySchema.parse({})
}

/** Whether two deployments are in the same account and region. */
export function isSameSite(one: Site, other: Site): boolean {
  return one.account === other.account && one.region === other.region
}

function deploymentOf(environment: Environment, config: Config, home: Environment): Deployment {
  const { name, account, region, submit } = environment
  const logs = placeOf(environment.source)!
  const store = placeOf(config.output.store ?? environment.source)!
  const results = { bucket: store.bucket, prefix: store.prefix + config.output.prefix }
  return {
    name,
    environment,
    settings: settingsOf(environment),
    config,
    account: account!,
    region: region!,
    logs,
    results,
    expiring: expiringOf(store, config),
    submit: submit!,
    prefix: prefixOf(name),
    home: { account: home.account!, region: home.region!, prefix: prefixOf(home.name) },
    isHome: environment === home
  }
}

const prefixOf = (name: string): string => `iot-log-${name}`

const expiringOf = (store: BucketPlace, { output }: Config): string =>
  `${store.prefix}${output.prefix.slice(0, output.prefix.indexOf('/') + 1)}`

/** `s3://bucket[/prefix]`; undefined for anything else. */
function placeOf(url: string): BucketPlace | undefined {
  const found = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(url)
  if (!found) return undefined
  const path = (found[2] ?? '').replace(/\/+$/, '')
  return { bucket: found[1]!, prefix: path === '' ? '' : `${path}/` }
}

function problemsOf(environment: Environment, config: Config, home: Environment): Problem[] {
  const { name, source, account, region, submit, pathStyle } = environment
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
  const isAway = !isSameSite({ account: account!, region: region! }, { account: home.account!, region: home.region! })
  if (isAway && settingsOf(environment).publicUrl === undefined) {
    say(`${key}.deploy.publicUrl`, `missing: the ingress is deployed with ${home.name}, in another account or region`)
  }
  const { roleArn } = submit!
  if (account !== home.account && roleArn === null) {
    say(`${key}.submit.roleArn`, `missing: jobs are submitted from account ${home.account}, by a role of this one`)
  }
  if (roleArn !== null && roleArn.split(':')[4] !== account) {
    say(`${key}.submit.roleArn`, `${roleArn}: no role of account ${account}`)
  }
  return problems
}

/** The rule that expires results must never expire logs. */
function expiryProblems(environment: Environment, config: Config, logs: BucketPlace, store: BucketPlace): Problem[] {
  if (logs.bucket !== store.bucket) return []
  const expiring = expiringOf(store, config)
  if (config.output.prefix === '') {
    return [
      problemAt('output.prefix', 'empty, in the bucket of the logs: the rule that expires results would take them')
    ]
  }
  return [...environment.categories.values()].flatMap(({ name, layout }) => {
    const root = logs.prefix + layout.template.split('{')[0]!
    const isTaken = root.startsWith(expiring) || expiring.startsWith(root)
    if (!isTaken) return []
    return [problemAt(`categories.${name}.layout`, `${layout.template}: results expire under ${expiring}`)]
  })
}

function problemAt(subject: string, text: string): Problem {
  return { subject, text: `${subject}: ${text}` }
}
