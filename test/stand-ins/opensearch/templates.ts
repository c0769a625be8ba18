/** The body of `PUT _index_template/…`, as far as it is read here. */
export interface IndexTemplate {
  readonly index_patterns: readonly string[]
  readonly priority?: number
  readonly template: { readonly mappings?: { readonly properties?: Properties } }
}

type Properties = Readonly<Record<string, Mapping>>

interface Mapping {
  readonly type?: string
  readonly ignore_above?: number
  readonly properties?: Properties
}

const knownTypes = ['keyword', 'text', 'date', 'integer', 'long', 'double', 'boolean', 'object']
const topKeys = ['index_patterns', 'template', 'priority', 'version', '_meta', 'composed_of', 'data_stream']

/** What is wrong with a template; undefined when nothing is. */
export function checkTemplate(template: IndexTemplate): string | undefined {
  const unknown = Object.keys(template).find((key) => !topKeys.includes(key))
  if (unknown !== undefined) return `[index_template] unknown field [${unknown}]`
  if (!Array.isArray(template.index_patterns) || template.index_patterns.length === 0)
    return 'index patterns are missing'
  const wrong = Object.entries(template.template.mappings?.properties ?? {}).find(
    ([, { type = 'object' }]) => !knownTypes.includes(type)
  )
  return wrong && `No handler for type [${wrong[1].type}] declared on field [${wrong[0]}]`
}

/** The mapping of an index: of the matching template with the highest priority. */
export function propertiesOf(index: string, templates: Iterable<IndexTemplate>): Properties {
  const matching = [...templates].filter(({ index_patterns: patterns }) => patterns.some((one) => matches(one, index)))
  const best = matching.toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0))[0]
  return best?.template.mappings?.properties ?? {}
}

/** Why a document does not fit its mapping, in the words of the real one, which quote the value. */
export function mappingProblem(
  document: Readonly<Record<string, unknown>>,
  properties: Properties
): string | undefined {
  for (const [name, value] of Object.entries(document)) {
    const mapping = properties[name]
    if (!mapping || value === null || value === undefined) continue
    const { type = 'object' } = mapping
    for (const one of Array.isArray(value) ? value : [value]) {
      if (!fits(one, type, mapping))
        return `failed to parse field [${name}] of type [${type}]. Preview of field's value: '${String(one)}'`
    }
  }
  return undefined
}

function fits(value: unknown, type: string, { ignore_above: longest = Number.POSITIVE_INFINITY }: Mapping): boolean {
  const isObject = typeof value === 'object' && value !== null
  if (type === 'object') return isObject
  if (isObject) return false
  if (type === 'long' || type === 'integer' || type === 'double') return value !== '' && Number.isFinite(Number(value))
  if (type === 'boolean') return ['true', 'false', ''].includes(String(value))
  if (type === 'date') return !Number.isNaN(Date.parse(String(value)))
  // Lucene's longest term; beyond ignore_above no term is made.
  if (type === 'keyword') return String(value).length > longest || Buffer.byteLength(String(value)) <= 32_766
  return true
}

function matches(pattern: string, index: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'))
  return new RegExp(`^${source.join('.*')}$`).test(index)
}
