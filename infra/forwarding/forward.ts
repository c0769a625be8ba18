import type { Deployment } from '../deployment.ts'

/** What forwards to one sink. */
export interface Forward {
  readonly sink: string
  readonly settings: Deployment['settings']['forward'][string]
}

/** All of an environment. */
export const forwardsOf = ({ settings }: Deployment): readonly Forward[] =>
  Object.entries(settings.forward).map(([sink, own]) => ({ sink, settings: own }))

/** Files with the authorities that private sinks are signed by, which lie beside the configuration. */
export const authoritiesOf = (deployments: readonly Deployment[]): readonly string[] => [
  ...new Set(
    deployments.flatMap((deployment) =>
      forwardsOf(deployment).flatMap(({ sink }) => deployment.environment.sinks[sink]!.caFile ?? [])
    )
  )
]
