import type { ConfigDocument } from './config-schema.ts'
import type { Problem } from './errors.ts'
import { nearest } from './nearest.ts'

/** What the schema of `environments.<name>.deploy` can't see: categories that are not there, keys that need each other. */
export function deployProblems({ environments, categories }: ConfigDocument): Problem[] {
  const known = Object.keys(categories)
  return Object.entries(environments).flatMap(([name, { deploy }]) => {
    if (!deploy) return []
    const key = `environments.${name}.deploy`
    const { ingest, network, subnets, securityGroups, forward } = deploy
    const unknown = Object.keys(ingest).filter((category) => !known.includes(category))
    const problems = unknown.map((category) => {
      const near = nearest(category, known)
      const hint = near === undefined ? `known: ${known.join(', ')}` : `did you mean "${near}"?`
      return problem(`${key}.ingest`, category, `no such category; ${hint}`)
    })
    const hasPlace = subnets.length > 0 && securityGroups.length > 0
    if (network === 'existing' && !hasPlace) {
      problems.push(problem(`${key}.network`, network, 'name its subnets and securityGroups, too'))
    }
    if (network !== 'existing' && subnets.length + securityGroups.length > 0) {
      problems.push(problem(`${key}.network`, network, 'subnets and securityGroups are of an existing network'))
    }
    for (const [sink, { vpc, subnets: own }] of Object.entries(forward)) {
      const isWhole = own.length > 0 === (vpc !== undefined)
      if (!isWhole) problems.push(problem(`${key}.forward.${sink}.subnets`, own, 'subnets and vpc go together'))
    }
    return problems
  })
}

function problem(subject: string, value: unknown, text: string): Problem {
  return { subject, text: `${subject}: ${JSON.stringify(value)}: ${text}` }
}
