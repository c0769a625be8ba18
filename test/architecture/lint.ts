import { findViolations } from './check.ts'
import { readSources } from './read-sources.ts'

/** `node test/architecture/lint.ts`, from the repository's folder, prints what breaks the rules of rules.ts. */
const violations = await findViolations(readSources())
for (const violation of violations) console.error(violation)
if (violations.length > 0) process.exitCode = 1
