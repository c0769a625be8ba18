import { RemovalPolicy } from 'aws-cdk-lib'
import { AccountPrincipal, AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type LifecycleRule,
  ObjectOwnership
} from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { acknowledge } from '../acknowledge.ts'
import { bucketArnOf, iamArnOf, objectsArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { jobEventsFunction, slackFunction } from '../names.ts'

/** A private bucket: TLS only, with versions, encrypted by keys of S3. It stays when its stack is deleted. */
export function createBucket(scope: Construct, id: string, name: string, rules: readonly LifecycleRule[]): Bucket {
  const bucket = new Bucket(scope, id, {
    bucketName: name,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    encryption: BucketEncryption.S3_MANAGED,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    versioned: true,
    lifecycleRules: [...rules],
    removalPolicy: RemovalPolicy.RETAIN
  })
  // Not by the L2, which deploys a Lambda that may change every bucket.
  const resource = bucket.node.defaultChild as CfnBucket
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } }
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'An export reads every object of a day: access logs of that would be more than the logs. Each export is accounted for by its record, its manifest and its task log; CloudTrail data events serve where an audit wants more (infra/README.md).'
  })
  return bucket
}

/** S3 accepts requests with clocks that differ by up to this. */
const clockSkewMinutes = 15

/** Rejects presigned links to results after `output.linkMinutes`, even if they were signed for longer. */
export function limitLinks(bucket: Bucket, deployment: Deployment): void {
  const { config, results } = deployment
  const minutes = Math.max(config.output.linkMinutes, clockSkewMinutes)
  bucket.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:GetObject'],
      resources: [objectsArnOf(deployment, results.bucket, results.prefix)],
      // Milliseconds: https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
      conditions: { NumericGreaterThan: { 's3:signatureAge': String(minutes * 60_000) } }
    })
  )
}

/** Lets the ingress of another account store its job documents here, and sign downloads. */
export function admitIngress(bucket: Bucket, deployment: Deployment): void {
  const { home, account, results } = deployment
  if (home.account === account) return
  const roles = [slackFunction(home.prefix), jobEventsFunction(home.prefix)]
  const common = {
    principals: [new AccountPrincipal(home.account)],
    conditions: { ArnEquals: { 'aws:PrincipalArn': roles.map((role) => iamArnOf(home, `role/${role}`)) } }
  }
  const { bucket: name, prefix } = results
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...common,
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [objectsArnOf(deployment, name, prefix)]
    })
  )
  bucket.addToResourcePolicy(
    new PolicyStatement({
      principals: common.principals,
      actions: ['s3:ListBucket'],
      resources: [bucketArnOf(deployment, results)],
      conditions: { ...common.conditions, StringLikeIfExists: { 's3:prefix': [`${prefix}*`] } }
    })
  )
}
