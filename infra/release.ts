import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import packageJson from '../package.json' with { type: 'json' }

/** The package's version and the commit: `0.1.0-1a2b3c4d5e6f`. Image tags and names of Lambda bundles contain it. */
export function currentRelease(environment: Readonly<Record<string, string | undefined>>): string {
  const commit = environment.GITHUB_SHA || gitCommit()
  return `${packageJson.version}-${commit.slice(0, 12)}`
}

/** A copy without git, or without commits, has no commit. */
function gitCommit(): string {
  try {
    const options = { cwd: fileURLToPath(new URL('.', import.meta.url)), encoding: 'utf8', stdio: 'pipe' } as const
    return execFileSync('git', ['rev-parse', 'HEAD'], options).trim()
  } catch {
    return 'unversioned'
  }
}
