import { globSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { everything, synthesise } from '../infra/apps.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { runCommand } from './find-program.ts'
import type { Installable } from './peer.ts'

const version = '1.58.0'
const samples = fileURLToPath(new URL('../../infra/samples/', import.meta.url))

/** https://github.com/aws-cloudformation/cfn-lint: CloudFormation's own checks of templates, by its schemas of November 2026. */
export const cfnLint: Installable = {
  name: 'cfn-lint',
  program: 'cfn-lint',
  probe: ['--version'],
  cacheName: `cfn-lint-${version}`,
  install: async (directory, signal) => {
    await runCommand('python3', ['-m', 'venv', '--clear', directory], { signal })
    await runCommand(join(directory, 'bin/pip'), ['install', '--quiet', `cfn-lint==${version}`], { signal })
    return join(directory, 'bin/cfn-lint')
  }
}

/** What is not our doing. */
const ignored = {
  W3005: 'the CDK has every function wait for its role, to which it refers anyway'
} as const

/** Lints every template and sample. Gives the number of templates. @throws Error when one has a finding */
export async function lintTemplates(program: string, signal: AbortSignal): Promise<number> {
  using place = temporaryDirectory()
  for (const [name, change] of Object.entries({ reference: () => {}, everything })) {
    const outdir = join(place.path, name)
    mkdirSync(outdir)
    synthesise(change, { outdir })
  }
  const templates = globSync([join(place.path, '*/*.template.json'), `${samples}*.yaml`])
  await runCommand(program, ['--ignore-checks', ...Object.keys(ignored), '--', ...templates], { signal })
  return templates.length
}
