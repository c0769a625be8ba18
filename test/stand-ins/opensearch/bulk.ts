import { type IndexTemplate, mappingProblem, propertiesOf } from './templates.ts'

/** Decides of a document: what it is refused with, or nothing. */
export type ItemFault = (
  document: Readonly<Record<string, unknown>>,
  id: string
) => { status: number; type: string } | undefined

/** What a bulk request is answered from. */
export interface BulkHost {
  readonly indexes: Map<string, Map<string, Record<string, unknown>>>
  readonly templates: Map<string, IndexTemplate>
  readonly keepsDocuments: boolean
  itemFault: ItemFault | undefined
  doubles: number
}

/** The answer's items, or why there are none. */
export type BulkResult = { readonly errors: boolean; readonly items: object[] } | { readonly problem: string }

/** https://docs.opensearch.org/latest/api-reference/index-apis/create-index/#index-naming-restrictions */
const indexForm = /^(?![-_+])[^A-Z\\/*?"<>|,# :]{1,255}$/
const longestId = 512
const metadataNames = ['_id', '_index', '_source', '_routing', '_version', '_type']
const newline = 0x0a

/** Carries out the actions of a request, which are `create` and nothing else. */
export function answerBulk(host: BulkHost, body: Buffer): BulkResult {
  if (body.length === 0) return { problem: 'request body is required' }
  if (body.at(-1) !== newline) return { problem: 'The bulk request must be terminated by a newline [\\n]' }
  const lines = body.subarray(0, -1).toString().split('\n')
  const items: object[] = []
  let errors = false
  for (let at = 0; at < lines.length; at += 2) {
    const action = parseObject(lines[at]!)
    const source = lines[at + 1]
    const create = action?.create as { _index?: unknown; _id?: unknown } | undefined
    if (!create) return { problem: `Malformed action/metadata line [${at + 1}]` }
    if (source === undefined) return { problem: 'The bulk request must be terminated by a newline [\\n]' }
    const item = createDocument(host, String(create._index), String(create._id), source)
    errors ||= item.status >= 300
    items.push({ create: { _index: create._index, _id: create._id, ...item } })
  }
  return { errors, items }
}

interface Item {
  readonly status: number
  readonly error?: { readonly type: string; readonly reason: string }
}

const refuse = (status: number, type: string, reason: string): Item => ({ status, error: { type, reason } })

function createDocument(host: BulkHost, index: string, id: string, source: string): Item {
  if (!indexForm.test(index)) return refuse(400, 'invalid_index_name_exception', `Invalid index name [${index}]`)
  if (id === '' || Buffer.byteLength(id) > longestId) return refuse(400, 'illegal_argument_exception', 'id is too long')
  const document = parseObject(source)
  if (!document) return refuse(400, 'mapper_parsing_exception', 'failed to parse')
  const metadata = metadataNames.find((name) => name in document)
  if (metadata !== undefined) {
    return refuse(
      400,
      'mapper_parsing_exception',
      `Field [${metadata}] is a metadata field and cannot be added inside a document`
    )
  }
  if ('' in document) return refuse(400, 'mapper_parsing_exception', 'field name cannot be an empty string')
  const fault = host.itemFault?.(document, id)
  if (fault) return refuse(fault.status, fault.type, `injected for ${source.slice(0, 80)}`)
  const problem = mappingProblem(document, propertiesOf(index, host.templates.values()))
  if (problem !== undefined) return refuse(400, 'mapper_parsing_exception', problem)
  const documents = host.indexes.get(index) ?? new Map<string, Record<string, unknown>>()
  host.indexes.set(index, documents)
  if (documents.has(id)) {
    host.doubles++
    return refuse(409, 'version_conflict_engine_exception', `[${id}]: version conflict, document already exists`)
  }
  documents.set(id, host.keepsDocuments ? document : {})
  return { status: 201 }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
