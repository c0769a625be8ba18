import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallFaultAction } from './faults.ts'
import { Refusal } from './refusal.ts'

/** Carries the faults out. Gives whether the answer is lost, or undefined if none will come. @throws Refusal */
export async function applyFaults(
  actions: readonly CallFaultAction[],
  response: ServerResponse
): Promise<boolean | undefined> {
  for (const action of actions) {
    if (action.kind === 'latency') await sleep(action.ms, undefined, { ref: false })
    else if (action.kind === 'error') {
      const status = action.status ?? (action.type === 'ServerException' ? 500 : 400)
      throw new Refusal(action.type, action.message ?? `Injected by the test: ${action.type}`, status)
    } else if (action.kind === 'hang') return undefined
    else if (action.kind === 'reset') {
      response.socket?.resetAndDestroy()
      return undefined
    }
  }
  return actions.some(({ kind }) => kind === 'lost-answer')
}
