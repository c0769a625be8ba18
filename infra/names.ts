import type { Deployment } from './deployment.ts'

/*
 * Names that several stacks use. IAM names, queues and functions begin with `iot-log-<environment>`.
 */

/** Log group of the tasks: `/batch/slack` in the reference configuration. */
export const taskLogGroup = ({ submit }: Deployment): string => `/batch/${submit.spotQueue}`
/** Log group in which Firehose and IoT rules report undelivered records. */
export const deliveryLogGroup = ({ prefix }: Deployment): string => `/iot-log/${prefix}/delivery`
/** Secret of the ingress: `{"signingSecrets": […], "botToken": "…", "linkKeys": […]}`. */
export const ingressSecret = (prefix: string): string => `${prefix}/slack`
/** Secret of the tasks: `{"botToken": "…", "linkKey": "…"}`. */
export const workerSecret = (prefix: string): string => `${prefix}/worker`
export const slackFunction = (prefix: string): string => `${prefix}-slack`
export const jobEventsFunction = (prefix: string): string => `${prefix}-job-events`
export const jobEventsDeadLetters = (prefix: string): string => `${prefix}-job-events-dead`
/** The function, the queue and the rule of a sink. */
export const forwarder = (prefix: string, sink: string): string => `${prefix}-forward-${sink}`
export const forwardDeadLetters = (prefix: string, sink: string): string => `${forwarder(prefix, sink)}-dead`
/** The role that a submit.roleArn names. */
export const submitRole = (arn: string): string => arn.split('/').at(-1)!
