import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import type { Construct } from 'constructs'
import type { Deployment } from '../deployment.ts'

/** What has to be reached before anybody is told: in per cent, of what was spent and of what the month will have cost. */
const told = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'FORECASTED', threshold: 100 }
] as const

/** The month's spend on everything that bears the tag of this environment (`iot-log`, to be activated once for billing). */
export function createBudget(scope: Construct, { name, prefix, settings }: Deployment, topicArn: string): void {
  new CfnBudget(scope, 'Budget', {
    budget: {
      budgetName: prefix,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: settings.monthlyBudgetUsd, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:iot-log$${name}`] }
    },
    notificationsWithSubscribers: told.map((notification) => ({
      notification: { ...notification, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
      subscribers: [{ subscriptionType: 'SNS', address: topicArn }]
    }))
  })
}
