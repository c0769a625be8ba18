import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { recordViewOf } from '../../../worker/athena/record-view.ts'
import { parseConfig } from '../../../worker/contract/config.ts'
import { configJsonSchema } from '../../../worker/contract/config-schema.ts'
import { sinkSchema } from '../../../worker/contract/sink-schema.ts'
import type { Format } from '../../../worker/formats/format.ts'
import { formatNames } from '../../../worker/formats/registry.ts'
import { createDocuments } from '../../../worker/forward/document.ts'
import { referenceDocument } from '../../support/configurations.ts'
import { pickRecords, readRecords } from './read-records.ts'

/*
 * A format that nothing but this file knows: what its one object says is all that configuration, scan, forwarder and
 * Athena need.
 */
const toy: Format = {
  name: 'toy',
  framing: 'lines',
  isJson: true,
  isDocument: true,
  defaultOutput: 'text',
  columns: [{ name: 'word', type: 'string' }],
  describe: ({ fields, timeMs }) => `${timeMs}: ${fields.word}`,
  view: (lines) => ({
    eventTime: 'CAST(NULL AS timestamp(3))',
    columns: [{ name: 'word', sql: "json_extract_scalar(line, '$.word')" }],
    from: lines([], "starts_with(line, '{')")
  }),
  createParser: () => ({
    parse(frame, take) {
      const fields = JSON.parse(frame.toString())
      take({ raw: frame, timeMs: fields.at, fields })
    }
  })
}
const text = Buffer.from('{"at":1696118400000,"word":"caf\\u00e9"}\n{"at":1696118401000,"word":"tea"}\n')

function toyCategory() {
  const document = referenceDocument()
  document.categories = { sounds: { layout: 'toy/{yyyy}/{MM}/{dd}/', format: 'toy', table: 'sounds' } }
  delete document.environments.dev.deploy
  document.environments = { dev: document.environments.dev }
  return parseConfig(document, [...formatNames, toy.name])
    .environments.get('dev')!
    .categories.get('sounds')!
}

describe('a new format', () => {
  it('a new format is a name of the configuration and of its JSON Schema', () => {
    assert.equal(toyCategory().format, 'toy')
    assert.match(JSON.stringify(configJsonSchema([...formatNames, toy.name])), /"pexip","toy"\]/)
  })

  it('a new format is picked by the scan: escapes are seen, and records written in its default output', () => {
    const { text: kept, records } = pickRecords(toy, [text], { identifiers: ['café'] })
    assert.equal(Buffer.from(kept, 'latin1').toString(), '1696118400000: café\n')
    assert.equal(records, 1)
  })

  it('a new format with documents is forwarded as it is stored', () => {
    const origin = { bucket: 'logs', key: 'k', version: 'v', category: 'sounds', keyTimeMs: Date.UTC(2023, 9, 1) }
    const settings = sinkSchema.parse({ type: 'opensearch', url: 'https://search.example.com' })
    const [first] = readRecords(toy, text).records
    const record = { ...first!, raw: Buffer.from(first!.raw) }
    const { head, rest } = createDocuments(origin, toy, settings)(record, 0)
    assert.equal(rest?.toString(), '"at":1696118400000,"word":"caf\\u00e9"}')
    assert.match(head, /"@timestamp":"2023-10-01T00:00:00.000Z",$/)
    const rebuilt = createDocuments(origin, { ...toy, isDocument: false }, settings)(record, 0)
    assert.equal(rebuilt.rest, undefined)
  })

  it('a new format has the view of its columns in Athena, and none without them', () => {
    const { name, statement } = recordViewOf(toyCategory(), toy)!
    assert.equal(name, 'sounds_records')
    assert.match(statement, /json_extract_scalar\(line, '\$\.word'\) AS "word"/)
    assert.match(statement, /FROM "\$\{database\}"\."sounds"\n {2}WHERE starts_with\(line, '\{'\)/)
    const { view: _, ...viewless } = toy
    assert.equal(recordViewOf(toyCategory(), viewless), undefined)
  })
})
