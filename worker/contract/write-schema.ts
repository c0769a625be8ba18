import { writeFileSync } from 'node:fs'
import { configJsonSchema } from './config-schema.ts'

// Writes the JSON Schema of iot-log.config.json for editors; a test compares the committed one.
writeFileSync(
  new URL('../../iot-log.config.schema.json', import.meta.url),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`
)
