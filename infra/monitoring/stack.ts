import type { Deployment } from '../deployment.ts'
import { createStack, type StackContext } from '../stack.ts'
import { createAlarmTopic } from './alarm-topic.ts'
import { createAlarms } from './alarms.ts'
import { createBudget } from './budget.ts'
import { createCountedEvents } from './counted-events.ts'
import { createDashboard } from './dashboard.ts'
import { watchedOf } from './watched.ts'

/** Alarms, their topic, a dashboard and a budget. */
export function monitoringStack(context: StackContext, deployment: Deployment, hasForwarding: boolean): void {
  const stack = createStack(context, deployment, 'monitoring', 'dashboard, alarms, budget')
  const watched = watchedOf(deployment, hasForwarding)
  const topicArn = createAlarmTopic(stack, deployment)
  createCountedEvents(stack, deployment)
  createAlarms(stack, deployment, watched, topicArn)
  createDashboard(stack, deployment, watched)
  createBudget(stack, deployment, topicArn)
}
