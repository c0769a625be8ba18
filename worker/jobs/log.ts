/** Says one thing that happened: plain data, without secrets and without anything of the logs that were read. */
export type JobLog = (event: object) => void

/** A line of JSON for each event, which CloudWatch Logs Insights takes apart by itself. */
export function createJobLog(write: (line: string) => void, nowMs: () => number): JobLog {
  return (event) => write(`${JSON.stringify({ time: new Date(nowMs()).toISOString(), ...event })}\n`)
}
