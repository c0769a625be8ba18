import { readConfig, type Surroundings } from '../config/config-file.ts'
import { chooseInflaters } from '../decode/choose-inflater.ts'
import { createDecoderContext } from '../decode/decoder-context.ts'
import { formatNames } from '../formats/registry.ts'
import { createLog } from '../report/log.ts'
import { openStore } from '../stores/open-store.ts'
import { storeOf } from '../stores/store-of.ts'
import type { Forwarder } from './forward-objects.ts'
import { readForwardSettings } from './forward-settings.ts'
import type { QueueSettings } from './handle-event.ts'
import { openForwardSink } from './open-forward-sink.ts'
import { createQueueSender } from './queue-sender.ts'
import { createRejectedKeeper } from './rejected.ts'

/** The retry time-out of the stores. After it another run forwards the object. */
const storePatienceMs = 20_000

/** The parts of a forwarder, the same for all invocations of a process. */
export interface StartedForwarder extends AsyncDisposable {
  readonly forwarder: Forwarder
  readonly queue: QueueSettings
}

interface StartSurroundings extends Surroundings {
  /** Takes a line of the log, without its end. */
  readonly write: (line: string) => void
}

/** Reads configuration and environment, and opens stores and sink. @throws ProblemsError, IotLogError (`wrong-config`) */
export async function startForwarder(surroundings: StartSurroundings): Promise<StartedForwarder> {
  const { environment: variables, nowMs, write } = surroundings
  const config = readConfig(surroundings, { formatNames })
  const { environment, sink: named, logLevel, ...settings } = readForwardSettings(config, variables)
  const log = createLog(logLevel, write, nowMs)
  const source = openStore({ ...storeOf(environment), patienceMs: storePatienceMs })
  const results = openStore({ ...storeOf(environment, config.output.store), patienceMs: storePatienceMs })
  const sink = await openForwardSink(named, environment, { environment: variables, nowMs, log })
  const send = createQueueSender({
    region: variables.AWS_REGION ?? environment.region ?? 'us-east-1',
    endpoint: variables.AWS_ENDPOINT_URL_SQS || undefined
  })
  return {
    forwarder: {
      environment,
      limits: config.limits,
      source,
      sink,
      named,
      context: createDecoderContext(await chooseInflaters()),
      keepRejected: createRejectedKeeper(results, { prefix: config.forward.prefix, sink: named.name, nowMs }),
      log
    },
    queue: { ...settings, send },
    [Symbol.asyncDispose]: async () => {
      for (const opened of [sink, source, results]) await opened[Symbol.asyncDispose]()
    }
  }
}
