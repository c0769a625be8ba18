import { problemAt, suggestion, unknownNames } from './config-problem.ts'
import type { ConfigDocument, EnvironmentSettings } from './config-schema.ts'
import type { DeploySettings } from './deploy-schema.ts'
import type { Problem } from './errors.ts'

/** Checks of `environments.<name>.deploy` that its schema can't make: names that must exist, keys that need each other. */
export function deployProblems({ environments, categories }: ConfigDocument): Problem[] {
  const known = Object.keys(categories)
  return Object.entries(environments).flatMap(([name, { deploy, sinks }]) => {
    if (!deploy) return []
    const key = `environments.${name}.deploy`
    const { bucket, kmsKeys, ingest, network, subnets, securityGroups, forward } = deploy
    const problems = unknownNames(`${key}.ingest`, Object.keys(ingest), 'category', known)
    if (bucket === 'create' && kmsKeys.length > 0) {
      problems.push(
        problemAt(`${key}.kmsKeys`, kmsKeys, 'only an existing bucket has own keys; a created one uses those of S3')
      )
    }
    const hasPlace = subnets.length > 0 && securityGroups.length > 0
    if (network === 'existing' && !hasPlace) {
      problems.push(problemAt(`${key}.network`, network, 'subnets and securityGroups are needed, too'))
    }
    if (network !== 'existing' && subnets.length + securityGroups.length > 0) {
      problems.push(problemAt(`${key}.network`, network, 'only an existing network takes subnets and securityGroups'))
    }
    for (const [sink, settings] of Object.entries(forward)) {
      problems.push(...forwardProblems(`environments.${name}`, sink, settings, sinks))
    }
    return problems
  })
}

/** What the function needs for its sink: a network, a permission or a secret, and the file of its authority. */
function forwardProblems(
  key: string,
  sink: string,
  { vpc, subnets, domain, secret }: DeploySettings['forward'][string],
  sinks: EnvironmentSettings['sinks']
): Problem[] {
  const problems: Problem[] = []
  const forward = `${key}.deploy.forward`
  const say = (part: string, value: unknown, text: string): void => {
    problems.push(problemAt(`${forward}.${sink}.${part}`, value, text))
  }
  if (subnets.length > 0 !== (vpc !== undefined)) say('subnets', subnets, 'subnets and vpc need each other')
  const named = Object.hasOwn(sinks, sink) ? sinks[sink]! : undefined
  if (!named) {
    const known = Object.keys(sinks)
    const help = known.length === 0 ? '; the environment has no sinks' : suggestion(sink, known)
    return [...problems, problemAt(forward, sink, `no such sink${help}`)]
  }
  const { auth, caFile } = named
  const service = auth === 'es' || auth === 'aoss' ? auth : undefined
  if (domain?.split(':')[2] !== service) {
    const wanted = service === undefined ? 'no domain is needed' : `an ARN of ${service} is needed`
    say('domain', domain, `auth of the sink is ${auth}: ${wanted}`)
  }
  if ((secret !== undefined) !== (auth === 'basic')) {
    const wanted = auth === 'basic' ? 'the ARN of its secret is needed' : 'no secret is needed'
    say('secret', secret, `auth of the sink is ${auth}: ${wanted}`)
  }
  if (caFile !== undefined && !/^(?:\.\/+)*(?!\.\.?$)[\w.-]+$/.test(caFile)) {
    const text = 'a function can read only files beside the configuration'
    problems.push(problemAt(`${key}.sinks.${sink}.caFile`, caFile, text))
  }
  return problems
}
