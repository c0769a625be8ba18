import { objectsArnOf, secretArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { submitGrants } from '../export/grants.ts'
import type { Grant } from '../grant.ts'
import { ingressSecret } from '../names.ts'
import { keyUse, listing } from '../store/reading.ts'

/**
 * What a Lambda of the ingress may do for all environments: keep job documents, sign downloads, submit and stop jobs.
 * It submits to one queue: Slack's function to Spot, the function for Batch's events to on-demand, as a second attempt.
 */
export function ingressGrants(
  home: Deployment,
  deployments: readonly Deployment[],
  queue: 'spotQueue' | 'onDemandQueue'
): readonly Grant[] {
  const places = new Map(deployments.map((one) => [`${one.results.bucket}/${one.results.prefix}`, one]))
  return [
    { actions: ['secretsmanager:GetSecretValue'], resources: [secretArnOf(home, ingressSecret(home.prefix))] },
    ...[...places.values()].flatMap((deployment): Grant[] => {
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
    }),
    ...submitting(deployments, queue)
  ]
}

/** Where the configuration names a role, such as in another account, by that role alone. */
function submitting(deployments: readonly Deployment[], queue: 'spotQueue' | 'onDemandQueue'): readonly Grant[] {
  const direct = deployments.filter(({ submit }) => submit.roleArn === null)
  const roles = deployments.flatMap(({ submit }) => submit.roleArn ?? [])
  return [
    ...direct.flatMap((deployment) => submitGrants(deployment, [deployment.submit[queue]])),
    ...(roles.length > 0 ? [{ actions: ['sts:AssumeRole'], resources: [...new Set(roles)] }] : [])
  ]
}
