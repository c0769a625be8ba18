import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { App, Stack } from 'aws-cdk-lib'
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include'
import { withScanOnPush } from '../../infra/scan-on-push.ts'
import { repository, startCommand } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import type { Template } from './apps.ts'

it('the bootstrap template of the installed CDK gains the scan of images, and nothing else', async () => {
  using place = temporaryDirectory()
  const args = [join(repository, 'node_modules/aws-cdk/bin/cdk'), 'bootstrap', '--show-template', '--app', 'true']
  const { stdout: own, stderr } = await startCommand(process.execPath, args, { cwd: place.path }).finished
  assert.match(own, /ContainerAssetsRepository/, stderr)
  const path = join(place.path, 'bootstrap.yaml')
  writeFileSync(path, withScanOnPush(own))
  process.env.CDK_VALIDATION = 'false'
  const app = new App({ outdir: join(place.path, 'out'), analyticsReporting: false })
  const stack = new Stack(app, 'CDKToolkit')
  new CfnInclude(stack, 'Own', { templateFile: path })
  const { Resources } = app.synth().getStackByName('CDKToolkit').template as Template
  const images = Object.values(Resources).find(({ Type }) => Type === 'AWS::ECR::Repository')!
  assert.deepEqual(images.Properties.ImageScanningConfiguration, { ScanOnPush: true })
  assert.equal(images.Properties.ImageTagMutability, 'IMMUTABLE')
  assert.equal(withScanOnPush(own).replace(/\n +ImageScanningConfiguration:\n +ScanOnPush: true/, ''), own)
  assert.equal(withScanOnPush(withScanOnPush(own)), withScanOnPush(own))
  assert.throws(() => withScanOnPush('Resources: {}'), /no bootstrap template/)
})
