#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=768
/*
 * The entry of a job's container: `node worker/main.ts <jobId>`. It ends by `exit`, whatever is still on its way: after
 * a stop, requests to a silent store may be. Why the flags: node-flags.ts.
 */

const startedMs = Date.now() - process.uptime() * 1000
// A stop may come while the rest is loaded, which takes a while on a machine that has just started.
const stopped = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopped.abort(new Error(name)))
// Whoever collects the log may be gone; the job is not done for that.
process.stdout.on('error', () => {})

const { runContainer } = await import('./jobs/run-container.ts')
const { frontEnds } = await import('./front-ends.ts')
process.exit(await runContainer(frontEnds, startedMs, stopped.signal))
