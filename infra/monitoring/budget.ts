import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'

/** Percent of the budget at which the topic gets a message: actual costs, and the forecast for the month. */
const notifications = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'FORECASTED', threshold: 100 }
] as const

/** The monthly costs of everything with the tag `iot-log` of this environment. The tag must be activated for billing once. */
export function createBudget(scope: Construct, { name, prefix, settings }: Deployment, topicArn: string): void {
  new CfnBudget(scope, 'Budget', {
    budget: {
      budgetName: prefix,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: settings.monthlyBudgetUsd, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:iot-log$${name}`] }
    },
    notificationsWithSubscribers: notifications.map((notification) => ({
      notification: { ...notification, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
      subscribers: [{ subscriptionType: 'SNS', address: topicArn }]
    }))
  })
}
