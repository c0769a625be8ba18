import { CfnNamedQuery, type CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import type { Construct } from 'constructs'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { queryObstacle } from '../../worker/athena/query-tables.ts'
import { filesOf } from '../../worker/athena/saved-queries.ts'
import { parseSavedQuery } from '../../worker/athena/saved-query.ts'
import { isMade, madeViewsOf } from '../../worker/athena/view.ts'
import type { Deployment } from '../deployment.ts'

/*
 * The files of queries/ as saved queries of the analysts' workgroup. CloudFormation cannot create views, so they are
 * saved queries too: an analyst runs them once, in the order of their numbers.
 */

const queries = new URL('../../queries/', import.meta.url)

export function createSavedQueries(
  scope: Construct,
  deployment: Deployment,
  database: string,
  workgroup: CfnWorkGroup
): void {
  for (const { name, description, sql } of [...viewsOf(deployment), ...savedQueries(deployment)]) {
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

/** The queries that have a category to read in the environment. */
function savedQueries({ environment }: Deployment): readonly NamedStatement[] {
  return Object.entries(filesOf(queries)).flatMap(([file, text]) => {
    const query = parseSavedQuery(file, text)
    if (queryObstacle(query, environment) !== undefined) return []
    return [{ name: query.name, description: query.answers, sql: text }]
  })
}

/** The views of the environment's categories, then `iot_records`, then the views that read it. None without a table. */
function viewsOf({ environment }: Deployment): readonly NamedStatement[] {
  const made = madeViewsOf(environment)
  if (made.length === 0) return []
  const below = 'iot_records'
  const written = Object.entries(filesOf(new URL('views/', queries)))
    .map(([file, statement]) => ({ name: file.replace(/\.sql$/, ''), statement }))
    .filter(({ statement }) => !isMade(statement))
    .sort((a, b) => Number(b.name === below) - Number(a.name === below))
  return [...made, ...written].map(({ name, statement }, at) => ({
    name: `view-${at + 1}-${name}`,
    description: `Makes the view ${name}: run once, and after a change of the configuration`,
    sql: statement
  }))
}
