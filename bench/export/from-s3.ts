import { ensureDay, matchRates } from '../corpus/bench-days.ts'
import type { Section } from '../results.ts'
import { type Contender, iotLog, plainSdk } from './contenders.ts'
import { amountsOf, titleOf } from './end-to-end.ts'
import { cpuSecondsOf, medianOf, pairedRatio, runInTurn } from './rounds.ts'
import { serveCorpus } from './serve-corpus.ts'

/*
 * The same export from S3 as from the directory: what the protocol costs, and whether latency and narrow connections are
 * hidden. The server runs on the same processors, so the rate per CPU second of the worker counts, and ratios among the
 * rows that have a server.
 */

/** How the server answers, by the row that it makes. */
const servers: Readonly<Record<string, readonly string[]>> = {
  S3: [],
  'S3, 40 ms to the first byte': ['--latency-ms', '40'],
  'S3, 90 MB/s a connection': ['--mb-per-second', '90']
}

/** Measures a corpus, at two threads; tiny objects also beside the SDK's client as one writes it first. */
export async function benchFromS3(corpus: 'big' | 'tiny', rounds: number, withPeers: boolean): Promise<Section> {
  const directory = await ensureDay(corpus, 1)
  await using started = new AsyncDisposableStack()
  let sdk: Contender | undefined
  const rows: Contender[] = [{ ...iotLog(2), name: 'directory' }]
  for (const [name, words] of Object.entries(servers)) {
    const { environment } = started.use(await serveCorpus(['--directory', directory, '--bucket', 'logs', ...words]))
    rows.push({ ...iotLog(2, { source: 's3://logs', environment }), name })
    if (name === 'S3' && corpus === 'tiny' && withPeers) {
      sdk = plainSdk('logs', environment)
      rows.push(sdk)
    }
  }
  const measured = await runInTurn(rows, directory, matchRates['0.02'], rounds)
  const { objects, bytes } = amountsOf(corpus, 1)
  const [fromDirectory, fromS3] = measured as [(typeof measured)[0], (typeof measured)[0]]
  return {
    title: `${titleOf({ corpus, repeat: 1, rate: '0.02' })}; from an S3 server on the same processors`,
    plotted: { plot: 's3', column: corpus === 'tiny' ? 'objects per CPU s' : 'GB text per CPU s' },
    rows: measured.map((one) => {
      const cpuSeconds = medianOf(one, cpuSecondsOf)!
      return {
        name: one.contender.name,
        isPeer: one.contender === sdk,
        figures: {
          'wall s': medianOf(one, ({ seconds }) => seconds),
          'CPU s': cpuSeconds,
          'GB text per CPU s': bytes / cpuSeconds / 1e9,
          'objects per CPU s': objects / cpuSeconds,
          'CPU, times the directory': pairedRatio(one, fromDirectory, cpuSecondsOf),
          'wall, times S3': pairedRatio(one, fromS3),
          'peak MiB': medianOf(one, ({ peakMebibytes }) => peakMebibytes)
        }
      }
    })
  }
}
