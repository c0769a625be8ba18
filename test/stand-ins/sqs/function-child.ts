/*
 * A function as a process of its own: gets {event, remainingMs} from its parent, answers {answer} or {error}. Dies when
 * it is killed, and with its parent.
 */

interface Invocation {
  readonly event: unknown
  readonly remainingMs: number
}
type Handler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>

const [path] = process.argv.slice(2)
const { handler } = (await import(path!)) as { handler: Handler }
process.on('message', async ({ event, remainingMs }: Invocation) => {
  const endMs = performance.now() + remainingMs
  try {
    const answer = await handler(event, { getRemainingTimeInMillis: () => Math.max(0, endMs - performance.now()) })
    process.send!({ answer: answer ?? null, rss: process.memoryUsage().rss, peak: process.resourceUsage().maxRSS })
  } catch (error) {
    process.send!({ error: String(error) })
  }
})
process.on('disconnect', () => process.exit(0))
process.send!({ ready: true })
