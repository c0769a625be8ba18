/*
 * The architecture as data: which area may import which, and which modules are edges: they use files, networks, threads,
 * the clock or randomness. check.ts enforces it as a part of `npm run lint`. A file that lies in no area is a violation,
 * so a new folder gets a line here first.
 */

/**
 * What each area may import besides itself: areas or single files. `folder/*` is the files of a folder, `folder/**`
 * those of its folders too. From the bottom of the house to its top.
 */
export const areas: Readonly<Record<string, readonly string[] | 'everything'>> = {
  'worker/contract/*': [],
  'worker/async/*': [],
  'worker/config/*': rooms('contract'),
  'worker/native/*': rooms('contract'),
  'worker/spool/*': rooms('contract'),
  'worker/model/*': rooms('contract'),
  'worker/decode/*': rooms('contract async config native'),
  'worker/match/*': rooms('contract native decode'),
  'worker/formats/sql/*': [],
  'worker/formats/*': rooms('contract decode match formats/sql'),
  'worker/stores/s3/*': rooms('contract async'),
  'worker/stores/*': rooms('contract spool stores/s3'),
  'worker/scan/*': rooms('contract async native spool decode match formats stores'),
  'worker/athena/*': [
    ...rooms('contract spool decode match formats formats/sql stores scan'),
    'worker/stores/s3/location.ts'
  ],
  'worker/export/*': rooms('contract spool model decode match formats scan athena'),
  'worker/outputs/zip/*': rooms('contract native spool decode export'),
  'worker/report/*': rooms('contract config scan export'),
  'worker/report/slack/*': rooms('contract async report'),
  'worker/forward/sinks/*': rooms('contract async formats/sql report'),
  'worker/forward/*': rooms('contract async config decode formats stores scan export report forward/sinks'),
  'worker/jobs/*': rooms('contract async config decode formats stores athena export outputs/zip report'),
  'worker/commands/*': [
    ...rooms('contract config native decode match formats model stores athena export outputs/zip'),
    ...rooms('report report/slack forward')
  ],
  'worker/cli.ts': rooms('commands'),
  'worker/front-ends.ts': rooms('report report/slack'),
  'worker/main.ts': [...rooms('jobs'), 'worker/front-ends.ts'],
  'worker/node-flags.ts': [],
  'worker/write-schema.ts': rooms('contract formats'),
  'ingress/jobs/*': [...rooms('contract async config stores report'), 'worker/jobs/jobs.ts'],
  'ingress/slack/*': [
    ...rooms('contract async report report/slack'),
    // Loaded before the first request.
    'worker/stores/s3/documents.ts',
    'ingress/jobs/*'
  ],
  'queries/*': [...rooms('contract config formats athena'), 'worker/report/mistakes.ts'],
  'infra/**': [
    ...rooms('contract config'),
    'worker/formats/registry.ts',
    // What is made in AWS, as data and text; nothing that calls Athena.
    ...['placeholders', 'query-tables', 'saved-queries', 'saved-query', 'table', 'view'].map(
      (name) => `worker/athena/${name}.ts`
    ),
    'worker/node-flags.ts',
    'worker/report/mistakes.ts'
  ],
  'bench/**': 'everything',
  'test/**': 'everything'
}

function rooms(names: string): string[] {
  return names.split(' ').map((name) => `worker/${name}/*`)
}

/** Where every edge has to be listed. Benchmarks and tests are free. */
export const guarded = /^(?:worker|ingress|infra|queries)\//

/** The edge modules by what they use. All others are given bytes, values, clients and clocks. */
export const edges = {
  files: [
    'infra/build.ts',
    'infra/bundles.ts',
    'infra/export/image.ts',
    'infra/sizing.ts',
    'queries/write-tables.ts',
    'worker/athena/saved-queries.ts',
    'worker/config/config-file.ts',
    'worker/forward/checkpoint.ts',
    'worker/forward/open-forward-sink.ts',
    'worker/native/build.ts',
    'worker/spool/spool.ts',
    'worker/stores/directory-write.ts',
    'worker/stores/directory.ts',
    'worker/write-schema.ts'
  ],
  network: [
    'ingress/slack/slack-api.ts',
    'worker/commands/slack-command.ts',
    'worker/forward/sinks/logstash.ts',
    'worker/forward/sinks/opensearch.ts',
    'worker/forward/sinks/post.ts',
    'worker/stores/s3/get-socket.ts'
  ],
  /** Threads, child processes, the machine, the terminal, the environment. */
  system: [
    // Entry points.
    'infra/build.ts',
    'infra/bundle.ts',
    'infra/costs.ts',
    'infra/main.ts',
    'infra/scan-on-push.ts',
    'ingress/slack/job-events.ts',
    'ingress/slack/lambda.ts',
    'queries/write-tables.ts',
    'worker/cli.ts',
    'worker/forward/lambda.ts',
    'worker/jobs/run-container.ts',
    'worker/main.ts',
    'worker/native/build.ts',
    // What runs beside the program.
    'infra/release.ts',
    'worker/native/load-native.ts',
    'worker/scan/pool.ts',
    'worker/scan/thread.ts',
    // How many processors there are, and which system.
    'worker/commands/doctor-command.ts',
    'worker/commands/settings.ts',
    'worker/jobs/settings.ts',
    // Temporary files bear the number of the process.
    'worker/spool/spool.ts',
    'worker/stores/directory-write.ts',
    // The terminal's types.
    'worker/commands/command.ts',
    'worker/commands/query-progress.ts',
    'worker/report/terminal.ts',
    // fetch as a default.
    'worker/report/slack/reporter.ts'
  ],
  aws: [
    'ingress/jobs/assume-role.ts',
    'ingress/jobs/batch-client.ts',
    'ingress/jobs/secrets-manager.ts',
    'worker/athena/client.ts',
    'worker/forward/aws-credentials.ts',
    'worker/forward/queue-sender.ts',
    'worker/forward/sink-secret.ts',
    'worker/stores/s3/*'
  ],
  slack: ['worker/commands/slack-command.ts', 'worker/report/slack/calls.ts'],
  archives: ['worker/decode/open-zip.ts', 'worker/decode/read-zip.ts', 'worker/outputs/zip/deflated-zip.ts'],
  cdk: ['infra/**'],
  clock: [
    // Entry points, which hand it on.
    'ingress/slack/job-events.ts',
    'ingress/slack/lambda.ts',
    'worker/commands/run-cli.ts',
    'worker/forward/lambda.ts',
    'worker/jobs/run-container.ts',
    'worker/main.ts',
    // The clock itself, and where it is what an optional parameter defaults to.
    'ingress/jobs/batch-client.ts',
    'ingress/jobs/services.ts',
    'worker/async/clock.ts',
    'worker/async/time-limit.ts',
    'worker/forward/sinks/deliver.ts',
    'worker/forward/sinks/logstash.ts',
    'worker/forward/sinks/opensearch.ts',
    'worker/report/slack/reporter.ts',
    'worker/stores/s3/connected-store.ts',
    'worker/stores/s3/connection.ts',
    'worker/stores/s3/documents.ts',
    'worker/stores/s3/retry-policy.ts',
    // How long something took, for a person; how often progress is reported.
    'worker/commands/export-command.ts',
    'worker/commands/plan-command.ts',
    'worker/commands/query-command.ts',
    'worker/export/export.ts',
    'worker/forward/backfill.ts',
    'worker/forward/forward-objects.ts',
    'worker/forward/outbox.ts',
    'worker/scan/thread.ts',
    // Time limits of calls, times of signatures, pauses between polls.
    'ingress/jobs/handle-batch-event.ts',
    'ingress/jobs/secrets-manager.ts',
    'worker/athena/query.ts',
    'worker/commands/slack-command.ts',
    'worker/stores/s3/lean-gets.ts',
    'worker/stores/s3/read-ahead.ts',
    'worker/stores/s3/upload.ts',
    'worker/stores/s3/write.ts',
    // Lets other events run between pages.
    'worker/export/listing.ts'
  ],
  randomness: [
    'ingress/slack/private-metadata-cipher.ts',
    'ingress/slack/replay-guard.ts',
    'worker/async/clock.ts',
    'worker/athena/query.ts',
    'worker/commands/export-command.ts',
    'worker/commands/query-command.ts',
    'worker/jobs/id.ts',
    'worker/report/slack/reporter.ts',
    'worker/spool/spool.ts'
  ]
} satisfies Record<string, readonly string[]>

export type EdgeKind = keyof typeof edges

/** Modules that compute and nothing else. Whatever is neither here nor below is an edge to the system. */
export const pureModules =
  /^(?:node:(?:assert|buffer|events|path|stream|stream\/(?:consumers|promises)|string_decoder|url|util|zlib)|p-limit|zod)$/

/** Which edge a module is; the first that fits. Of node:crypto only what makes random bytes is one. */
export const edgesOfModules: readonly (readonly [RegExp, EdgeKind])[] = [
  [/^node:fs(?:\/|$)/, 'files'],
  [/^node:(?:dgram|dns|http|http2|https|net|tls)(?:\/|$)|^@opensearch-project\//, 'network'],
  [/^@(?:aws-sdk|smithy)\//, 'aws'],
  [/^@slack\//, 'slack'],
  [/^(?:archiver|yauzl)$/, 'archives'],
  [/^(?:aws-cdk-lib|cdk-nag|constructs)(?:\/|$)/, 'cdk'],
  [/^node:(?:timers|perf_hooks)(?:\/|$)/, 'clock']
]

/** Which edge a global is. `new Date(ms)` is none. */
export const edgesOfGlobals: Readonly<Record<string, EdgeKind>> = {
  process: 'system',
  globalThis: 'system',
  global: 'system',
  navigator: 'system',
  fetch: 'network',
  WebSocket: 'network',
  EventSource: 'network',
  Date: 'clock',
  'Date.now': 'clock',
  performance: 'clock',
  setTimeout: 'clock',
  setInterval: 'clock',
  setImmediate: 'clock',
  'AbortSignal.timeout': 'clock',
  'Math.random': 'randomness',
  crypto: 'randomness'
}
