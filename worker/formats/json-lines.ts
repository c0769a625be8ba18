import { createJsonFormat } from './json-text.ts'

/** A JSON object on each line. */
export const jsonLines = createJsonFormat({ name: 'json-lines', framing: 'lines', columns: [] })
