import { exitCodes } from '../contract/result.ts'

/** Why a command was cancelled, and how it exits: 128 and the signal's number, as shells tell it. */
export class CancelledBySignal extends Error {
  readonly exitCode: number

  constructor(name: 'SIGINT' | 'SIGTERM') {
    super(name === 'SIGINT' ? 'Cancelled' : 'Terminated')
    this.exitCode = name === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated
  }
}

/** Turns the first Ctrl-C or SIGTERM into an abort; a second one ends the process at once. */
export function onSignals(host: NodeJS.Process): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const cancel = (name: NodeJS.Signals): void => {
    const reason = new CancelledBySignal(name === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
    if (controller.signal.aborted) host.exit(reason.exitCode)
    controller.abort(reason)
  }
  host.on('SIGINT', cancel)
  host.on('SIGTERM', cancel)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      host.off('SIGINT', cancel)
      host.off('SIGTERM', cancel)
    }
  }
}
