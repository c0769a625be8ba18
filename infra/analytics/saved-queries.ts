import { readdirSync, readFileSync } from 'node:fs'
import { CfnNamedQuery, type CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import type { Construct } from 'constructs'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { parseSavedQuery } from '../../worker/athena/saved-query.ts'
import { allLines, allLinesStatement } from '../../worker/athena/view.ts'
import type { Deployment } from '../deployment.ts'

/*
 * The files of queries/ as saved queries of the analysts' workgroup. Views are among them, to be run once in the order of
 * their numbers: CloudFormation has no views.
 */

const queries = new URL('../../queries/', import.meta.url)

export function createSavedQueries(
  scope: Construct,
  deployment: Deployment,
  database: string,
  workgroup: CfnWorkGroup
): void {
  for (const { name, description, sql } of [...viewsOf(deployment), ...savedQueries()]) {
    const query = new CfnNamedQuery(scope, `Query-${name}`, {
      name,
      description,
      database,
      queryString: fillStatement(sql, { database }),
      workGroup: workgroup.name
    })
    query.addResourceDependency(workgroup)
  }
}

interface NamedStatement {
  readonly name: string
  readonly description: string
  readonly sql: string
}

function savedQueries(): readonly NamedStatement[] {
  return sqlFiles('').map((file) => {
    const text = readFileSync(new URL(file, queries), 'utf8')
    const { name, answers } = parseSavedQuery(file, text)
    return { name, description: answers, sql: text }
  })
}

/** The view of all lines stands below the others, and `iot_records` below most: they come first. */
function viewsOf({ environment }: Deployment): readonly NamedStatement[] {
  const below = [allLines, 'iot_records']
  const names = sqlFiles('views/').map((file) => file.replace(/\.sql$/, ''))
  // Other environments' versions of a view bear the name of their environment.
  const common = names.filter((name) => !name.includes('.') && !below.includes(name))
  return [...below.filter((name) => names.includes(name)), ...common].map((name, at) => ({
    name: `view-${at + 1}-${name}`,
    description: `Makes the view ${name}: run once, and after a change of the configuration`,
    sql:
      name === allLines ? allLinesStatement(environment) : readFileSync(new URL(`views/${name}.sql`, queries), 'utf8')
  }))
}

const sqlFiles = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, queries))
    .filter((file) => file.endsWith('.sql'))
    .sort()
