import type { Deployment } from '../deployment.ts'

/** What forwards to one sink. */
export interface Forward {
  readonly sink: string
  readonly settings: Deployment['settings']['forward'][string]
}

/** All of an environment. */
export const forwardsOf = ({ settings }: Deployment): readonly Forward[] =>
  Object.entries(settings.forward).map(([sink, own]) => ({ sink, settings: own }))
