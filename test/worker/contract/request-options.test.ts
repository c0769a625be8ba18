import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type RequestOption, requestOptions } from '../../../worker/contract/request-options.ts'
import { referenceConfig } from '../../support/configurations.ts'

/** One more row. The modules below are imported after it, as if the table held it. */
const toy: RequestOption = {
  key: 'toy',
  values: { plain: 'without a toy', bear: 'with a bear' },
  help: 'bear: adds a bear',
  label: 'Toy'
}
const table = requestOptions as RequestOption[]
table.push(toy)

const { z } = await import('zod')
const { modalView, readForm } = await import('../../../ingress/slack/modal.ts')
const { helpText } = await import('../../../ingress/slack/help.ts')
const { requestHelp } = await import('../../../worker/commands/help.ts')
const { parseRequest } = await import('../../../worker/contract/parse-request.ts')
const { encodeRequest, requestSchema, wordsOf } = await import('../../../worker/contract/request.ts')
const { usageMarkdown } = await import('../../../worker/report/slack/usage.ts')

const config = referenceConfig()
const nowMs = Date.UTC(2023, 9, 5)
const typed = ['THING00001', 'telemetry', '2023-10-01', 'dev']
const parse = (...options: string[]): object => parseRequest([...typed, ...options], config, nowMs)

describe('a new row of the table of request options', () => {
  const request = parseRequest([...typed, 'toy=bear'], config, nowMs)

  it('a new option is parsed, with its default and its mistakes', () => {
    assert.equal((request as { toy?: string }).toy, 'bear')
    assert.equal((parse() as { toy?: string }).toy, 'plain')
    assert.throws(() => parse('toy=car'), /"toy=car": toy must be plain or bear/)
    assert.throws(() => parse('toi=bear'), /"toi" is not an option: did you mean "toy"\?/)
  })

  it('a new option is among the words that repeat the request, unless it is the default', () => {
    assert.deepEqual(wordsOf(request), [...typed, 'toy=bear'])
    assert.deepEqual(wordsOf(parseRequest([...typed, 'toy=plain'], config, nowMs)), typed)
  })

  it('a new option is in the schema of stored requests, optional for older ones', () => {
    const { properties } = z.toJSONSchema(requestSchema)
    assert.deepEqual(properties?.toy, { type: 'string', enum: ['plain', 'bear'], default: 'plain' })
    const stored = JSON.parse(encodeRequest(request))
    assert.equal(stored.toy, 'bear')
    assert.deepEqual(requestSchema.parse({ ...stored, toy: undefined }), parse())
    assert.throws(() => requestSchema.parse({ ...stored, toy: 'car' }))
  })

  it('a new option is in the help of the terminal, of Slack and of the usage page', () => {
    assert.match(requestHelp(config).join('\n'), /toy=plain\|bear {2}bear: adds a bear/)
    assert.match(helpText(config, '/iot-log').text, /\*toy\*: `toy=plain` or `toy=bear`; bear: adds a bear/)
    assert.match(usageMarkdown(config), /\*\*toy\*\*: `toy=plain`, `toy=bear`; bear: adds a bear/)
  })

  it('a new option is in the form of Slack, which reads it back', () => {
    const { blocks } = modalView(config, '', nowMs) as { blocks: { block_id: string; element: FormElement }[] }
    const groups = blocks.find((block) => block.block_id === 'options')!.element.option_groups!
    assert.deepEqual(
      groups.map(({ label, options }) => [label.text, ...options.map(({ text, value }) => `${text.text} (${value})`)]),
      [
        ['Match (default: contains the text)', 'Match: whole words only (match=word)'],
        ['Case (default: exact)', 'Case: ignored (case=ignore)'],
        ['Engine (default: automatic)', 'Engine: scan (engine=scan)', 'Engine: Athena (engine=athena)'],
        [
          'Format (default: usual for the category)',
          'Format: as stored (format=raw)',
          'Format: a readable line each (format=text)',
          'Format: a JSON object each (format=json)'
        ],
        ['Window (default: by arrival)', 'Window: by the time in each record (window=event)'],
        ['Toy (default: without a toy)', 'Toy: with a bear (toy=bear)']
      ]
    )
    const values = {
      identifier: { identifier: { value: 'THING00001' } },
      category: { category: { selected_options: [{ value: 'telemetry' }] } },
      date: { date: { selected_date: '2023-10-01' } },
      environment: { environment: { selected_option: { value: 'dev' } } },
      options: { options: { selected_options: [{ value: 'toy=bear' }] } }
    }
    assert.deepEqual(readForm({ values }, config, nowMs), { request })
  })
})

interface FormElement {
  readonly option_groups?: readonly {
    readonly label: { readonly text: string }
    readonly options: readonly { readonly text: { readonly text: string }; readonly value: string }[]
  }[]
}
