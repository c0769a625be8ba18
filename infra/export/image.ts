import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IgnoreMode } from 'aws-cdk-lib'
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets'
import type { Construct } from 'constructs'
import { configName } from '../../worker/config/config-file.ts'
import type { Deployment } from '../deployment.ts'
import type { StackContext } from '../stack.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const ignoreFile = new URL('../Dockerfile.dockerignore', import.meta.url)

/**
 * The image of the worker, with the configuration. `cdk deploy` builds it and pushes it to the account's repository,
 * which scans it. Its tag contains the release. Returns its URI.
 */
export function createImage(
  scope: Construct,
  { settings }: Deployment,
  { release, configDirectory }: Omit<StackContext, 'scope'>
): string {
  const image = new DockerImageAsset(scope, 'Image', {
    directory: repository,
    file: 'infra/Dockerfile',
    assetName: 'iot-log-export',
    platform: settings.architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    buildArgs: { RELEASE: release },
    buildContexts: { config: configDirectory },
    // A change of the configuration makes another image, a change of its path does not.
    invalidation: { buildContexts: false },
    extraHash: readFileSync(join(configDirectory, configName), 'utf8'),
    ignoreMode: IgnoreMode.DOCKER,
    exclude: ignoredLines(readFileSync(ignoreFile, 'utf8'))
  })
  return image.imageUri
}

/** The lines of a .dockerignore without comments and empty lines. */
export function ignoredLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}
