import type { Config, Environment } from '../worker/contract/config.ts'
import type { DeploySettings } from '../worker/contract/deploy-schema.ts'
import { ProblemsError } from '../worker/contract/errors.ts'
import { type BucketPlace, expiringOf, placeOf, rejectedOf } from './bucket-location.ts'
import { settingsOf } from './deploy-settings.ts'
import { clashes, problemAt, problemsOf } from './deployment-problems.ts'

/*
 * From the configuration to the deployments. Pure. An environment with `submit` runs jobs, so it has stacks. The
 * ingress is deployed once, with the default environment (its home), and serves all.
 */

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
  /** In the bucket of results: below it the forwarder keeps what sinks refused, by sink. */
  readonly rejected: string
  readonly submit: NonNullable<Environment['submit']>
  /** Names of IAM, queues and functions begin with it. */
  readonly prefix: string
  /** The deployment that has the ingress. */
  readonly home: Site & { readonly prefix: string }
  readonly isHome: boolean
}

/** The deployments, and the environments without stacks. @throws ProblemsError (`wrong-config`) with all problems */
export function planDeployments(config: Config) {
  const environments = [...config.environments.values()]
  const leftOut = environments.flatMap(({ name, submit }) => {
    return submit ? [] : [{ name, reason: `environments.${name}.submit is missing: it runs no jobs` }]
  })
  const chosen = environments.filter(({ submit }) => submit !== undefined)
  const home = chosen.find(({ name }) => name === config.defaultEnvironment) ?? chosen[0]
  const problems = chosen.flatMap((environment) => problemsOf(environment, config, home!))
  problems.push(...clashes(chosen))
  if (!home) problems.push(problemAt('environments', 'none has submit: there is nothing to deploy'))
  if (problems.length > 0) throw new ProblemsError('wrong-config', problems)
  return { deployments: chosen.map((environment) => deploymentOf(environment, config, home!)), leftOut }
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
    rejected: rejectedOf(store, config),
    submit: submit!,
    prefix: prefixOf(name),
    home: { account: home.account!, region: home.region!, prefix: prefixOf(home.name) },
    isHome: environment === home
  }
}

const prefixOf = (name: string): string => `iot-log-${name}`
