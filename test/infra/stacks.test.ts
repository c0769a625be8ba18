import { describe, it } from 'node:test'
import { forwarding, synthesise, type Template } from './apps.ts'
import { assertSnapshot } from './snapshot.ts'

/*
 * Each stack as a list of what it has: what is added, renamed or replaced is seen at once. What matters of the properties
 * is asserted in the other tests.
 */

const { templates } = synthesise(forwarding)

describe('the stacks', () => {
  for (const [name, template] of templates) {
    it(`${name} has what its list says`, () => assertSnapshot(`${name}.txt`, summary(template)))
  }
})

function summary({ Resources, Outputs = {} }: Template): string {
  const resources = Object.values(Resources).map(({ Type, Properties, DeletionPolicy }) => {
    const name = nameOf(Properties)
    return `${Type}${name === undefined ? '' : ` ${name}`}${DeletionPolicy === 'Retain' ? ' (kept)' : ''}`
  })
  const outputs = Object.keys(Outputs).map((key) => `output ${key.replace(/[0-9A-F]{8}/g, '')}`)
  return `${[...resources.sort(), ...outputs.sort()].join('\n')}\n`
}

/** The physical name, whatever the property is called. */
function nameOf(properties: Readonly<Record<string, unknown>> = {}): string | undefined {
  const named = Object.entries(properties).filter(([key]) => /^(?:[A-Z]\w*)?Name$/.test(key))
  return named.map(([, value]) => value).find((value) => typeof value === 'string')
}
