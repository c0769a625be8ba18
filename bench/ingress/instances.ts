import { startLambdaProcess } from '../../test/local/lambda-process.ts'
import { type Answer, answerOf, type Command, commandsPath, signCommand } from './command.ts'
import type { Place } from './place.ts'

/*
 * Instances of the ingress as Lambda runs them: each is a process with the bundle, and takes one request at a time. Lambda
 * starts another when none is free; here all share two processors, so a fixed number is started beforehand,
 * and a request waits for the next free one.
 */

export interface Instances extends AsyncDisposable {
  /** Signs a command, hands it to an instance and gives the answer; status 0 where none came. */
  send(command: Command): Promise<Answer>
}

/** As long as Lambda would let it run. */
const longestMs = 10_000

export async function startInstances(count: number, place: Place): Promise<Instances> {
  const starting = Array.from({ length: count }, () =>
    startLambdaProcess({
      url: 'bench/.build/ingress-slack.mjs',
      event: 'bench/.build/ingress-job-events.mjs',
      environment: place.environment,
      onOutput: () => {}
    })
  )
  const processes = await Promise.all(starting)
  const free = processes.map(({ url }) => url)
  const waiting: ((url: string) => void)[] = []
  const take = async (): Promise<string> => free.shift() ?? new Promise((resolve) => waiting.push(resolve))
  const giveBack = (url: string): void => {
    const next = waiting.shift()
    if (next) next(url)
    else free.push(url)
  }
  return {
    send: async (command) => {
      const form = signCommand(command, place)
      const url = await take()
      try {
        const signal = AbortSignal.timeout(longestMs)
        const response = await fetch(url + commandsPath, { method: 'POST', ...form, signal })
        return answerOf(response.status, await response.text())
      } catch (error) {
        return { status: 0, text: String(error) }
      } finally {
        giveBack(url)
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(processes.map((one) => one.close()))
    }
  }
}
