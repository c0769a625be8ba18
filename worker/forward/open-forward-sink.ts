import { readFileSync } from 'node:fs'
import type { Environment } from '../contract/config.ts'
import type { SinkSettings } from '../contract/config-schema.ts'
import { IotLogError, messageOf } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import type { Log } from '../report/log.ts'
import { createAwsCredentials } from './aws-credentials.ts'
import { createSinkLogin } from './sink-secret.ts'
import { openSink } from './sinks/registry.ts'
import type { Sink } from './sinks/sink.ts'

/** A sink of the configuration, by its name. */
export interface NamedSink {
  readonly name: string
  readonly settings: SinkSettings
}

interface SinkSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly nowMs: () => number
  readonly log: Log
}

/** The sink of that name; without a name, the only sink of the environment. @throws IotLogError (`wrong-config`) */
export function findSink(environment: Environment, name: string | undefined): NamedSink {
  const names = Object.keys(environment.sinks)
  const found = name ?? (names.length === 1 ? names[0]! : undefined)
  if (found !== undefined && Object.hasOwn(environment.sinks, found)) {
    return { name: found, settings: environment.sinks[found]! }
  }
  if (names.length === 0) {
    const fix = `configure environments.${environment.name}.sinks`
    throw new IotLogError('wrong-config', `The environment ${environment.name} has no sinks: ${fix}`)
  }
  if (found === undefined) throw new IotLogError('wrong-config', `Choose one of the sinks: ${names.join(', ')}`)
  const near = nearest(found, names)
  const hint =
    near === undefined ? `the sinks of ${environment.name} are ${names.join(', ')}` : `did you mean "${near}"?`
  throw new IotLogError('wrong-config', `"${found}" is not a sink: ${hint}`, { subject: found })
}

/** Opens a sink with its login, credentials, region and certificate authority. */
export function openForwardSink(
  { name, settings }: NamedSink,
  { region }: Environment,
  { environment, nowMs, log }: SinkSurroundings
): Promise<Sink> {
  const usedRegion = settings.region ?? region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION
  if ((settings.auth === 'es' || settings.auth === 'aoss') && usedRegion === undefined) {
    const text = `The sink ${name} needs a region to sign its requests: set its region, or AWS_REGION`
    throw new IotLogError('wrong-config', text)
  }
  return openSink({
    name,
    settings,
    login: createSinkLogin(environment, nowMs),
    credentials: createAwsCredentials(),
    region: usedRegion,
    ca: settings.caFile === undefined ? undefined : readAuthority(settings.caFile),
    log
  })
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const text = `Could not read caFile ${path}: ${messageOf(error)}`
    throw new IotLogError('wrong-config', text, { subject: path, cause: error })
  }
}
