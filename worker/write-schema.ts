import { writeFileSync } from 'node:fs'
import { configJsonSchema } from './contract/config-schema.ts'
import { formatNames } from './formats/registry.ts'

// Writes the JSON Schema of iot-log.config.json for editors; a test compares the committed one.
writeFileSync(
  new URL('../iot-log.config.schema.json', import.meta.url),
  `${JSON.stringify(configJsonSchema(formatNames), null, 2)}\n`
)
