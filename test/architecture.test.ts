import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findViolations } from './architecture/check.ts'
import { readSources } from './architecture/read-sources.ts'

const tree = readSources()

/** What comes of planting lines in front of files of the tree, or as new files. */
function violationsWith(planted: Readonly<Record<string, string>>): Promise<string[]> {
  const files = Object.entries(planted).map(([path, lines]) => [path, `${lines}\n${tree.get(path) ?? ''}`] as const)
  return findViolations(new Map([...tree, ...files]))
}

/** What is planted, each in a file of its own, and what is to be said of that file. */
const plants: readonly (readonly [file: string, lines: string, violation: string])[] = [
  // Pure rooms reach no edge, directly or by another room.
  ['worker/formats/a.ts', "const later = () => import('node:fs')", 'is no edge to files, but uses node:fs'],
  ['worker/formats/b.ts', "import { Spool } from '../spool/spool.ts'", 'may not import worker/spool/spool.ts'],
  ['worker/contract/a.ts', "import { Tally } from '../export/tally.ts'", 'may not import worker/export/tally.ts'],
  ['worker/contract/b.ts', "import '../export/export.ts'", 'may not import worker/export/export.ts'],
  ['worker/contract/c.ts', "export * from '../native/load-native.ts'", 'may not import worker/native/load-native.ts'],
  ['worker/contract/d.ts', "import { Spool } from '../spool/spool.ts'", 'may not import worker/spool/spool.ts'],
  ['worker/contract/e.ts', "type P = import('../export/tally.ts').Tally", 'may not import worker/export/tally.ts'],
  // Clock, randomness and the environment.
  ['worker/contract/f.ts', 'const now = Date.now()', 'is no edge to clock, but uses Date.now'],
  ['worker/contract/g.ts', 'const number = Math.random()', 'is no edge to randomness, but uses Math.random'],
  ['worker/contract/h.ts', 'const home = globalThis.process.env', 'is no edge to system, but uses globalThis'],
  ['worker/contract/i.ts', 'const { env } = process', 'is no edge to system, but uses process'],
  ['worker/contract/j.ts', 'const now = new Date()', 'is no edge to clock, but uses Date'],
  ['worker/contract/k.ts', 'const clock = { nowMs: Date.now }', 'is no edge to clock, but uses Date.now'],
  ['worker/contract/l.ts', 'setTimeout(() => {}, 1)', 'is no edge to clock, but uses setTimeout'],
  ['worker/contract/m.ts', 'const { now } = performance', 'is no edge to clock, but uses performance'],
  [
    'worker/contract/n.ts',
    "import {\n  randomBytes\n} from 'node:crypto'",
    'is no edge to randomness, but uses node:crypto'
  ],
  ['worker/contract/o.ts', 'const id = crypto.randomUUID()', 'is no edge to randomness, but uses crypto'],
  ['worker/contract/p.ts', "await fetch('http://localhost')", 'is no edge to network, but uses fetch'],
  [
    'worker/decode/a.ts',
    "import { realClock } from '../async/clock.ts'",
    'is no edge to clock, but uses the real clock'
  ],
  // Modules that no list calls pure.
  ['worker/contract/q.ts', "import lodash from 'lodash'", 'is no edge to system, but uses lodash'],
  [
    'worker/contract/r.ts',
    "import type { S3 } from '@aws-sdk/client-s3'",
    'is no edge to aws, but uses @aws-sdk/client-s3'
  ],
  ['worker/contract/s.ts', 'await import(name)', 'is no edge to system, but uses a computed path'],
  // Between the parts of the repository.
  ['worker/jobs/a.ts', "import '../../ingress/jobs/submit.ts'", 'may not import ingress/jobs/submit.ts'],
  ['worker/jobs/b.ts', "import '../../infra/names.ts'", 'may not import infra/names.ts'],
  ['worker/jobs/c.ts', "import '../../test/stand-ins/s3/server.ts'", 'may not import test/stand-ins/s3/server.ts'],
  ['worker/jobs/d.ts', "import '../../bench/corpus/random.ts'", 'may not import bench/corpus/random.ts'],
  ['ingress/jobs/a.ts', "import '../../infra/names.ts'", 'may not import infra/names.ts'],
  ['ingress/jobs/b.ts', "import '../../test/support/until.ts'", 'may not import test/support/until.ts'],
  ['ingress/slack/a.ts', "import '../../worker/export/export.ts'", 'may not import worker/export/export.ts'],
  ['infra/a.ts', "import '../worker/export/export.ts'", 'may not import worker/export/export.ts'],
  ['infra/b.ts', "import '../worker/athena/query.ts'", 'may not import worker/athena/query.ts'],
  ['worker/jobs/g.ts', "import '../../test/local/page/main.js'", 'may not import test/local/page/main.js'],
  // Upwards.
  ['worker/scan/a.ts', "import '../commands/run-cli.ts'", 'may not import worker/commands/run-cli.ts'],
  ['worker/stores/a.ts', "import '../commands/run-cli.ts'", 'may not import worker/commands/run-cli.ts'],
  ['worker/jobs/e.ts', "import '../commands/run-cli.ts'", 'may not import worker/commands/run-cli.ts'],
  // Job code knows nothing of Slack.
  ['worker/jobs/f.ts', "import '../report/slack/message.ts'", 'may not import worker/report/slack/message.ts'],
  ['ingress/jobs/c.ts', "import '../slack/modal.ts'", 'may not import ingress/slack/modal.ts'],
  ['ingress/jobs/d.ts', "import '../../worker/report/slack/text.ts'", 'may not import worker/report/slack/text.ts'],
  // Files that were there before the rules.
  ['worker/jobs/document.ts', "import 'node:fs'", 'is no edge to files, but uses node:fs'],
  ['worker/jobs/lost-job.ts', "import 'node:fs'", 'is no edge to files, but uses node:fs'],
  ['infra/names.ts', 'setInterval(() => {}, 1)', 'is no edge to clock, but uses setInterval'],
  // New files in old and new folders, which no list names.
  ['worker/report/slack/a.ts', "import 'node:fs'", 'is no edge to files, but uses node:fs'],
  ['worker/telemetry/a.ts', 'export const one = 1', 'lies in no area'],
  ['worker/telemetry/deep/a.ts', "import 'node:fs'", 'is no edge to files, but uses node:fs'],
  ['worker/a.ts', 'export const one = 1', 'lies in no area'],
  ['worker/match/a.mjs', "import 'node:fs'", 'is no edge to files, but uses node:fs'],
  ['ingress/teams/a.ts', "import '../../worker/export/export.ts'", 'lies in no area'],
  ['infra/new/a.ts', "import '../../worker/commands/run-cli.ts'", 'may not import worker/commands/run-cli.ts']
]

describe('the architecture', () => {
  it('holds in the working tree', async () => {
    assert.deepEqual(await findViolations(tree), [])
  })

  it('is broken by each of the planted violations', async () => {
    const found = await violationsWith(Object.fromEntries(plants))
    const missed = plants.filter(
      ([file, , violation]) => !found.some((one) => one.startsWith(`${file}: `) && one.endsWith(violation))
    )
    assert.deepEqual(missed, [])
  })

  it('is broken by files that import each other, if only for types', async () => {
    const found = await violationsWith({
      'worker/match/a.ts': "import type { B } from './b.ts'\nexport type A = B",
      'worker/match/b.ts': "export type { A } from './c.ts'\nexport type B = 2",
      'worker/match/c.ts': "export type { A } from './a.ts'"
    })
    assert.deepEqual(
      found,
      ['a', 'b', 'c'].map((name) => `worker/match/${name}.ts: is part of an import cycle`)
    )
  })

  it('is broken by folders that import each other, though no files do', async () => {
    const found = await violationsWith({ 'worker/decode/a.ts': "import '../match/matcher.ts'" })
    assert.deepEqual(found.toSorted(), [
      'worker/decode/a.ts: its area may not import worker/match/matcher.ts',
      'worker/decode: is part of a cycle of folders',
      'worker/match: is part of a cycle of folders'
    ])
  })

  it('is broken by a module that is listed as an edge and is none', async () => {
    const found = await findViolations(new Map([...tree, ['worker/stores/directory.ts', '']]))
    assert.deepEqual(found, ['worker/stores/directory.ts: is listed as an edge to files, but is none'])
  })

  it('holds with variables named like globals, dates of numbers, hashes, and types of globals', async () => {
    const lines = [
      "import { createHash } from 'node:crypto'",
      'const process = { env: createHash }',
      'export const ms = new Date(0).getTime() + Date.UTC(2023)',
      'export const read = (fetch: typeof globalThis.fetch) => [process.env, fetch]'
    ]
    assert.deepEqual(await violationsWith({ 'worker/match/a.ts': lines.join('\n') }), [])
  })
})
