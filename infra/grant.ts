/** One statement of a policy, as data. A wildcard must say why it can't be narrower. */
export interface Grant {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Why a resource holds a `*`. */
  readonly because?: string
}
