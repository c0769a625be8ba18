/*
 * When a job is tried again: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html. Five rules at most, the
 * first that fits decides, and where none fits there is another attempt: so the last one ends.
 */

/** How often a job is started, at most. */
export const jobAttempts = 3

export const retryRules = [
  // What Fargate Spot says. Which field carries it is nowhere documented, so both are looked at.
  { onStatusReason: 'Your Spot Task was interrupted*', action: 'RETRY' },
  { onReason: 'Your Spot Task was interrupted*', action: 'RETRY' },
  { onReason: 'CannotPullContainerError:*', action: 'RETRY' },
  // The worker was told to stop and has tidied up. A cancelled or timed-out job is not tried again by Batch itself.
  { onExitCode: '143', action: 'RETRY' },
  // Wrong record, failed, out of memory: the next attempt would end the same way. So would one that was killed (137),
  // where neither Spot nor a stop did it: nothing else tells it from too little memory.
  { onReason: '*', action: 'EXIT' }
] as const
