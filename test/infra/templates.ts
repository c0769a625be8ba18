import assert from 'node:assert/strict'
import type { Resource, Synthesised, Template } from './apps.ts'

/*
 * Looking into templates.
 */

/** The template of a stack. */
export function templateOf({ templates }: Synthesised, stack: string): Template {
  const template = templates.get(stack)
  assert.ok(template, `${stack} is not there; there are ${[...templates.keys()].join(', ')}`)
  return template
}

/** The properties of all resources of a type. */
export function propertiesOf(template: Template, type: string): Resource['Properties'][] {
  return Object.values(template.Resources)
    .filter((resource) => resource.Type === type)
    .map(({ Properties }) => Properties)
}

/** Those of the only one. */
export function onlyOf(template: Template, type: string): Resource['Properties'] {
  const all = propertiesOf(template, type)
  assert.equal(all.length, 1, `${all.length} resources of ${type}`)
  return all[0]!
}

export interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}

/** One or several, as a list. */
export const listOf = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T])

/** What each role and managed policy of a template allows, by name. */
export function statementsOf({ Resources }: Template): ReadonlyMap<string, readonly Statement[]> {
  const found = new Map<string, Statement[]>()
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === 'AWS::IAM::Role') {
      const policies = (Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[]
      found.set(
        Properties.RoleName ?? id,
        policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      )
      assert.deepEqual(Properties.ManagedPolicyArns ?? [], [], `${id} has managed policies`)
    }
    if (Type === 'AWS::IAM::ManagedPolicy')
      found.set(Properties.ManagedPolicyName, Properties.PolicyDocument.Statement as Statement[])
    assert.ok(Type !== 'AWS::IAM::Policy', 'a policy beside its role')
  }
  return found
}

/** A value as text, references by the names of what they refer to. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return JSON.stringify(value)
}
