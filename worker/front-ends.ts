import type { FrontEnds } from './report/job-reporter.ts'
import { slackFrontEnd } from './report/slack/reporter.ts'

/** The front ends that the container reports to, by the name that job documents give them. */
export const frontEnds: FrontEnds = {
  slack: slackFrontEnd
}
