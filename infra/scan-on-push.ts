/*
 * `npx cdk bootstrap --show-template | node infra/scan-on-push.ts`: CDK's own bootstrap template, with the one thing it
 * leaves out: the repository of images scans what is pushed (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html).
 */

import { text } from 'node:stream/consumers'

const repository = /^( +)ContainerAssetsRepository:\n +Type: AWS::ECR::Repository\n +Properties:\n/m

/** The template with the scan. @throws Error when it has no such repository */
export function withScanOnPush(template: string): string {
  if (/^ +ScanOnPush: true$/m.test(template)) return template
  const found = repository.exec(template)
  if (!found) throw new Error('This is no bootstrap template of CDK: it has no ContainerAssetsRepository')
  const indent = found[1]!.repeat(3)
  const at = found.index + found[0].length
  const scan = `${indent}ImageScanningConfiguration:\n${indent}${found[1]}ScanOnPush: true\n`
  return template.slice(0, at) + scan + template.slice(at)
}

if (import.meta.main) process.stdout.write(withScanOnPush(await text(process.stdin)))
