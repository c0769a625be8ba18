import type { Deployment } from '../deployment.ts'

/** The forwarder of one sink. */
export interface Forward {
  readonly sink: string
  readonly settings: Deployment['settings']['forward'][string]
}

/** All forwarders of an environment. */
export const forwardsOf = ({ settings }: Deployment): readonly Forward[] =>
  Object.entries(settings.forward).map(([sink, own]) => ({ sink, settings: own }))

/** The files of certificate authorities of private sinks, which are beside the configuration. */
export const authoritiesOf = (deployments: readonly Deployment[]): readonly string[] => [
  ...new Set(
    deployments.flatMap((deployment) =>
      forwardsOf(deployment).flatMap(({ sink }) => deployment.environment.sinks[sink]!.caFile ?? [])
    )
  )
]
