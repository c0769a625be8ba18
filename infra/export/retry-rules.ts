/*
 * When Batch retries a job: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html. Batch allows five
 * rules, and the first that matches decides. Without a match Batch retries, so the last rule ends the job.
 */

/** How often a job is started, at most. */
export const jobAttempts = 3

export const retryRules = [
  // The text of Fargate Spot. AWS does not document which field has it, so there are rules for both.
  { onStatusReason: 'Your Spot Task was interrupted*', action: 'RETRY' },
  { onReason: 'Your Spot Task was interrupted*', action: 'RETRY' },
  { onReason: 'CannotPullContainerError:*', action: 'RETRY' },
  // The worker got SIGTERM and has cleaned up. Batch itself does not retry a cancelled or timed-out job.
  { onExitCode: '143', action: 'RETRY' },
  // Wrong document, failed, out of memory: the next attempt would end the same way. A job that was killed (137), but
  // not by Spot or a stop, cannot be distinguished from one with too little memory.
  { onReason: '*', action: 'EXIT' }
] as const
