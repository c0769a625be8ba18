import type { BucketPlace } from './bucket-location.ts'
import type { Site } from './deployment.ts'

/*
 * ARNs from names, as text. Stacks that refer to each other only by names can be deployed and deleted one by one, and
 * people can read a policy as it is. https://docs.aws.amazon.com/service-authorization/latest/reference/
 */

/** `aws`, or that of China or GovCloud. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/** The domain of service names. */
export const domainOf = (region: string): string => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com')

/** `arn:aws:<service>:<region>:<account>:<resource>` */
export function arnOf({ account, region }: Site, service: string, resource: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`
}

/** The ARN of something without a region: a role or a policy. */
export function iamArnOf({ account, region }: Site, resource: string): string {
  return `arn:${partitionOf(region)}:iam::${account}:${resource}`
}

export function bucketArnOf({ region }: Pick<Site, 'region'>, { bucket }: Pick<BucketPlace, 'bucket'>): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`
}

/** Keys below a prefix, which ends with a slash (or is empty). */
export function objectsArnOf(site: Pick<Site, 'region'>, bucket: string, prefix: string): string {
  return `${bucketArnOf(site, { bucket })}/${prefix}*`
}

/** A secret by name: Secrets Manager adds a dash and six characters. */
export function secretArnOf(site: Site, name: string): string {
  return arnOf(site, 'secretsmanager', `secret:${name}-??????`)
}

export function jobQueueArnOf(site: Site, name: string): string {
  return arnOf(site, 'batch', `job-queue/${name}`)
}
