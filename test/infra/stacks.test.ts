import { describe, it } from 'node:test'
import { synthesise, type Template } from './apps.ts'
import { assertSnapshot } from './snapshot.ts'
import { textOf } from './templates.ts'

/*
 * Each stack as a list of what it has: what is added, renamed or replaced is seen at once. What matters of the properties
 * is asserted in the other tests.
 */

const { templates } = synthesise((document) => {
  document.environments.dev.deploy.forward = { elk: {} }
})

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
  const key = Object.keys(properties).find((one) => /^(?:[A-Z]\w*)?Name$/.test(one) && one !== 'LogGroupNamePrefix')
  const value = key === undefined ? undefined : properties[key]
  return typeof value === 'string' ? textOf(value) : undefined
}
