import { globSync, readFileSync } from 'node:fs'
import { findViolations } from './check.ts'

/** `node test/architecture/lint.ts`, from the repository's folder, prints what breaks the rules of rules.ts. */
const paths = globSync('{worker,ingress,infra,queries,bench,test}/**/*.ts')
const violations = await findViolations(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')])))
for (const violation of violations) console.error(violation)
if (violations.length > 0) process.exitCode = 1
