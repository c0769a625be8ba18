import { join } from 'node:path'
import { runCommand } from './find-program.ts'
import type { Peer } from './peer.ts'

/** What the deviations below were found with. */
const version = '5.2.5'

/** https://docs.getmoto.org/en/latest/docs/server_mode.html: S3 in Python, all in memory. */
export const moto: Peer = {
  name: 'moto',
  program: 'moto_server',
  probe: ['--help'],
  cacheName: `moto-${version}`,
  install: async (directory, signal) => {
    await runCommand('python3', ['-m', 'venv', '--clear', directory], { signal })
    await runCommand(join(directory, 'bin/pip'), ['install', '--quiet', `moto[server]==${version}`], { signal })
    return join(directory, 'bin/moto_server')
  },
  serve: (program, { port, directory }) => ({
    program,
    args: ['-H', '127.0.0.1', '-p', String(port)],
    // Large bodies are spooled to temporary files.
    environment: { TMPDIR: directory },
    readyUrl: `http://127.0.0.1:${port}/moto-api/`
  }),
  deviations: {
    'S3 alone: links signs a link that downloads the object by its name':
      'moto 5.2.1, which PATH may hold, ignores response-content-disposition; 5.2.5 does not',
    'S3 alone: links signs a link that is good for nothing else, and for no longer':
      'moto checks no signature and no expiry of a link',
    'S3 alone: refusals names the credentials that are not accepted': 'moto checks no signature, so accepts any',
    "S3 alone: refusals names the bucket's own region": 'moto serves every bucket from every region'
  }
}
