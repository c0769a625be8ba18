import type { Column } from '../../formats/sql/record-columns.ts'

/*
 * An index template for a format's columns (https://docs.opensearch.org/latest/im-plugin/index-templates/). With explicit
 * types, the value of the first record does not decide the type of the field.
 */

/** A keyword's term may have 32,766 bytes; UTF-8 takes at most 4 for a character. A longer text is stored, not indexed. */
const longestKeyword = 8_191

const keyword = { type: 'keyword', ignore_above: longestKeyword }
const types: Readonly<Record<Column['type'], object>> = {
  string: keyword,
  'array<string>': keyword,
  int: { type: 'integer' },
  bigint: { type: 'long' },
  double: { type: 'double' },
  boolean: { type: 'boolean' }
}
/** The fields of every document: see document.ts. */
const common = {
  '@timestamp': { type: 'date' },
  category: { type: 'keyword' },
  message: { type: 'text' },
  parse_error: { type: 'keyword' },
  s3: {
    properties: { bucket: { type: 'keyword' }, key: keyword, record: { type: 'long' } }
  }
}

/** The body of `PUT _index_template/<name>`. */
export function indexTemplate(pattern: string, columns: readonly Column[]): object {
  const own = Object.fromEntries(columns.map(({ name, type }) => [name, types[type]]))
  return {
    index_patterns: [pattern],
    // Higher than the templates of a new cluster, and low enough that an operator can override it.
    priority: 200,
    template: {
      mappings: {
        date_detection: false,
        dynamic_templates: [{ texts: { match_mapping_type: 'string', mapping: keyword } }],
        properties: { ...own, ...common }
      }
    },
    _meta: { description: 'Made by iot-log forward --setup' }
  }
}
