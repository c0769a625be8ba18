import type { Stack } from 'aws-cdk-lib'
import type { Deployment } from '../deployment.ts'
import { createStack, type StackContext } from '../stack.ts'
import { createAnalystPolicy } from './analyst-policy.ts'
import { createSavedQueries } from './saved-queries.ts'
import { createTables } from './tables.ts'
import { createWorkgroups } from './workgroups.ts'

/** SQL over the logs, for exports that are too large to scan and for analysts. Undefined without Athena in the configuration. */
export function analyticsStack(context: StackContext, deployment: Deployment): Stack | undefined {
  const { athena } = deployment.environment
  if (!athena) return undefined
  const stack = createStack(context, deployment, 'analytics', 'tables, workgroups and saved queries')
  createTables(stack, deployment, athena.database)
  const workgroup = createWorkgroups(stack, deployment, athena)
  createSavedQueries(stack, deployment, athena.database, workgroup)
  createAnalystPolicy(stack, deployment, athena)
  return stack
}
