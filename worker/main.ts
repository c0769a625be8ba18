/*
 * The entry of a job's container: `node worker/main.ts <jobId>`, with the flags of node-flags.ts. It ends by `exit`, even
 * if requests are open: after a stop, requests to a silent store may be.
 */

const startedMs = Date.now() - process.uptime() * 1000
// A stop may come while the rest is loaded, which takes a while on a machine that has just started.
const stopped = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopped.abort(new Error(name)))
// The reader of the log may be gone; the job continues.
process.stdout.on('error', () => {})

const { runContainer } = await import('./jobs/run-container.ts')
const { frontEnds } = await import('./front-ends.ts')
process.exit(await runContainer(frontEnds, startedMs, stopped.signal))
