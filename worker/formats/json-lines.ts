import { createJsonFormat } from './json-format.ts'

/** A JSON object on each line. */
export const jsonLines = createJsonFormat({ name: 'json-lines', framing: 'lines', columns: [] })
