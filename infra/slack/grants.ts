import { objectsArnOf, secretArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { submitGrants } from '../export/grants.ts'
import type { Grant } from '../grant.ts'
import { ingressSecret } from '../names.ts'
import { keyUse, listing } from '../store/reading.ts'

/** What the Lambda behind Slack's URL may do for all environments: keep records, sign downloads, submit and stop jobs. */
export function slackGrants(home: Deployment, deployments: readonly Deployment[]): readonly Grant[] {
  const queuesOf = ({ submit }: Deployment): string[] => [submit.spotQueue]
  return [...common(home, deployments), ...submitting(deployments, queuesOf)]
}

/** What the Lambda behind Batch's events may do: end records, submit once more, on demand. */
export function jobEventsGrants(home: Deployment, deployments: readonly Deployment[]): readonly Grant[] {
  const queuesOf = ({ submit }: Deployment): string[] => [submit.onDemandQueue]
  return [...common(home, deployments), ...submitting(deployments, queuesOf)]
}

function common(home: Deployment, deployments: readonly Deployment[]): readonly Grant[] {
  const places = distinct(deployments, ({ results }) => `${results.bucket}/${results.prefix}`)
  return [
    { actions: ['secretsmanager:GetSecretValue'], resources: [secretArnOf(home, ingressSecret(home.prefix))] },
    ...places.flatMap((deployment): Grant[] => {
      const { bucket, prefix } = deployment.results
      const because = 'Records and archives are named by time and id; only their prefix is granted'
      return [
        listing(deployment, bucket, [prefix]),
        { actions: ['s3:GetObject'], resources: [objectsArnOf(deployment, bucket, prefix)], because },
        {
          actions: ['s3:PutObject', 's3:DeleteObject'],
          resources: [objectsArnOf(deployment, bucket, `${prefix}jobs/`)],
          because
        },
        ...keyUse(deployment)
      ]
    })
  ]
}

/** In another account, or where a role is named, by that role alone. */
function submitting(
  deployments: readonly Deployment[],
  queuesOf: (deployment: Deployment) => string[]
): readonly Grant[] {
  const direct = deployments.filter(({ submit }) => submit.roleArn === null)
  const roles = deployments.flatMap(({ submit }) => (submit.roleArn === null ? [] : [submit.roleArn]))
  return [
    ...direct.flatMap((deployment) => submitGrants(deployment, queuesOf(deployment))),
    ...(roles.length > 0 ? [{ actions: ['sts:AssumeRole'], resources: [...new Set(roles)] }] : [])
  ]
}

function distinct<T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()]
}
