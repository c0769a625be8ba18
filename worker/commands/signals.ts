import { exitCodes } from '../contract/result.ts'

/** The signals that cancel: Ctrl-C, a request to end, a closed terminal. */
const cancelling = {
  SIGINT: { text: 'Cancelled', exitCode: exitCodes.interrupted },
  SIGTERM: { text: 'Terminated', exitCode: exitCodes.terminated },
  SIGHUP: { text: 'The terminal was closed', exitCode: exitCodes.hungUp }
} as const
type CancellingSignal = keyof typeof cancelling

/** Why a command was cancelled, and its exit code: 128 plus the signal's number, as in shells. */
export class CancelledBySignal extends Error {
  readonly exitCode: number

  constructor(name: CancellingSignal) {
    super(cancelling[name].text)
    this.exitCode = cancelling[name].exitCode
  }
}

/** Turns the first of these signals into an abort; a second one ends the process at once. */
export function onSignals(host: NodeJS.Process): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const cancel = (name: NodeJS.Signals): void => {
    const reason = new CancelledBySignal(name as CancellingSignal)
    if (controller.signal.aborted) host.exit(reason.exitCode)
    controller.abort(reason)
  }
  const names = Object.keys(cancelling) as CancellingSignal[]
  for (const name of names) host.on(name, cancel)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) host.off(name, cancel)
    }
  }
}
