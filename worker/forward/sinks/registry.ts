import type { SinkSettings } from '../../contract/config-schema.ts'
import type { Sink, SinkOptions } from './sink.ts'

/** The sinks by their type. Each is loaded when it is opened. */
const openers: Readonly<Record<SinkSettings['type'], (options: SinkOptions) => Promise<Sink>>> = {
  opensearch: async (options) => new (await import('./opensearch.ts')).OpenSearchSink(options),
  logstash: async (options) => new (await import('./logstash.ts')).LogstashSink(options)
}

/** Opens a sink. It sends nothing before the first records. */
export function openSink(options: SinkOptions): Promise<Sink> {
  return openers[options.settings.type](options)
}
