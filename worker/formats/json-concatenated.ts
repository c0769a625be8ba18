import { createJsonFormat } from './json-format.ts'

/**
 * JSON objects with nothing between them, which is what IoT rules write through Firehose unless they set a separator;
 * also with separators, and in arrays (IoT's batch mode), whose elements are the records.
 */
export const jsonConcatenated = createJsonFormat({ name: 'json-concatenated', framing: 'documents', columns: [] })
