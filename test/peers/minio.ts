import { join } from 'node:path'
import { runCommand } from './find-program.ts'
import type { Peer } from './peer.ts'

/** The last of its public repository: its release tags are none that Go knows. */
const version = 'v0.0.0-20260212201848-7aac2a2c5b7c'

/** https://github.com/minio/minio: S3 over a directory. It checks signatures and regions. */
export const minio: Peer = {
  name: 'MinIO',
  program: 'minio',
  probe: ['--version'],
  cacheName: `minio-${version}`,
  install: async (directory, signal) => {
    await runCommand('go', ['install', `github.com/minio/minio@${version}`], {
      signal,
      env: { ...process.env, GOBIN: directory }
    })
    return join(directory, 'minio')
  },
  serve: (program, { port, region, credentials, directory }) => ({
    program,
    args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, join(directory, 'objects')],
    environment: {
      MINIO_ROOT_USER: credentials.id,
      MINIO_ROOT_PASSWORD: credentials.secret,
      MINIO_SITE_REGION: region,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off'
    },
    readyUrl: `http://127.0.0.1:${port}/minio/health/ready`
  }),
  deviations: {}
}
