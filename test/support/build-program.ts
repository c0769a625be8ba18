import assert from 'node:assert/strict'
import { repository, startCommand } from './run-cli.ts'

/** Builds everything that is deployed into a directory, as `npm run build` does into dist, which stays as it is. */
export async function buildProgram(directory: string): Promise<void> {
  const { code, stderr } = await startCommand(process.execPath, [`${repository}infra/build.ts`, directory]).finished
  assert.equal(code, 0, stderr)
}
