import sample from '../../iot-log.config.json' with { type: 'json' }
import { type Config, parseConfig } from '../contract/config.ts'

/** The sample configuration of the package: the command uses it where a person has no file yet. */
export function sampleConfig(): Config {
  return parseConfig(sample)
}
