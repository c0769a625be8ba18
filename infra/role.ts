import { PolicyDocument, PolicyStatement, type PrincipalBase, Role } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import type { Grant } from './grant.ts'

export interface RoleOptions {
  readonly name: string
  /** Who takes the role on. */
  readonly principal: PrincipalBase
  /** What it is for, for whoever finds it in the console. */
  readonly description: string
  readonly grants: readonly Grant[]
}

/** A role with one inline policy and nothing else: what is granted stands in one place. @throws Error for a wildcard without a reason */
export function createRole(scope: Construct, id: string, { name, principal, description, grants }: RoleOptions): Role {
  const role = new Role(scope, id, {
    roleName: name,
    assumedBy: principal,
    description,
    ...(grants.length > 0 && {
      inlinePolicies: { granted: new PolicyDocument({ statements: grants.map(statementOf) }) }
    })
  })
  for (const { resources, because } of grants) {
    for (const resource of resources.filter((one) => one.includes('*'))) {
      if (because === undefined) throw new Error(`${name}: ${resource} needs a reason`)
      acknowledge(role, { [`AwsSolutions-IAM5[Resource::${resource}]`]: because })
    }
  }
  return role
}

/** @throws Error for an action with a wildcard: none is ever needed */
export function statementOf({ actions, resources, conditions }: Grant): PolicyStatement {
  const wide = actions.find((action) => action.includes('*'))
  if (wide !== undefined) throw new Error(`${wide}: name the actions`)
  return new PolicyStatement({
    actions: [...actions],
    resources: [...resources],
    ...(conditions && { conditions })
  })
}
