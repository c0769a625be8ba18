import { PolicyDocument, PolicyStatement, type PrincipalBase, Role } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { acknowledge } from './acknowledge.ts'
import type { Grant } from './grant.ts'

interface RoleOptions {
  readonly name: string
  /** Who may assume the role. */
  readonly principal: PrincipalBase
  /** Its purpose, shown in the console. */
  readonly description: string
  readonly grants: readonly Grant[]
}

/** A role with one inline policy and nothing else, so that one place shows all permissions. */
export function createRole(scope: Construct, id: string, { name, principal, description, grants }: RoleOptions): Role {
  const role = new Role(scope, id, {
    roleName: name,
    assumedBy: principal,
    description,
    ...(grants.length > 0 && {
      inlinePolicies: { granted: new PolicyDocument({ statements: grants.map(statementOf) }) }
    })
  })
  acknowledgeWildcards(role, name, grants)
  return role
}

/** Accepts resources with a wildcard. @throws Error for one without a reason */
export function acknowledgeWildcards(policy: Construct, name: string, grants: readonly Grant[]): void {
  for (const { resources, because } of grants) {
    for (const resource of resources.filter((one) => one.includes('*'))) {
      if (because === undefined) throw new Error(`${name}: ${resource} needs a reason`)
      acknowledge(policy, { [`AwsSolutions-IAM5[Resource::${resource}]`]: because })
    }
  }
}

/** @throws Error for an action with a wildcard: none is needed */
export function statementOf({ actions, resources, conditions }: Grant): PolicyStatement {
  const wide = actions.find((action) => action.includes('*'))
  if (wide !== undefined) throw new Error(`${wide}: name the actions`)
  return new PolicyStatement({
    actions: [...actions],
    resources: [...resources],
    ...(conditions && { conditions })
  })
}
