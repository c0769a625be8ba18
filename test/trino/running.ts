import type { TrinoSystem } from './system.ts'

let system: TrinoSystem | undefined

/** Hands the one system of a run to the test files, which run in its process. */
export function setRunning(started: TrinoSystem): void {
  system = started
}

/** The system that run.ts has started. */
export function running(): TrinoSystem {
  if (!system) throw new Error('There is no Trino to test on: npm run test:trino')
  return system
}
