import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue'
import type { Construct } from 'constructs'
import { checkedLocation } from '../../worker/athena/placeholders.ts'
import { type TableColumn, tableDefinition, tableOf } from '../../worker/athena/table.ts'
import type { Deployment } from '../deployment.ts'

/** The database, and a table for each category that Athena can read. */
export function createTables(scope: Construct, deployment: Deployment, database: string): void {
  const { account, environment, logs, name } = deployment
  const made = new CfnDatabase(scope, 'Database', {
    catalogId: account,
    databaseName: database,
    databaseInput: { name: database, description: `Logs of ${name}, a table for each category` }
  })
  const location = checkedLocation(`s3://${logs.bucket}/${logs.prefix}`)
  for (const category of environment.categories.values()) {
    if ('problem' in tableOf(category)) continue
    const table = tableDefinition(category, location)
    const resource = new CfnTable(scope, `Table-${category.name}`, {
      catalogId: account,
      databaseName: database,
      tableInput: {
        name: table.name,
        description: `The lines of ${category.name}, as they are stored`,
        tableType: 'EXTERNAL_TABLE',
        parameters: { EXTERNAL: 'TRUE', ...table.parameters },
        partitionKeys: columns(table.partitionKeys),
        storageDescriptor: {
          columns: columns(table.columns),
          location: table.location,
          inputFormat: table.inputFormat,
          outputFormat: table.outputFormat,
          serdeInfo: { serializationLibrary: table.serde, parameters: table.serdeParameters }
        }
      }
    })
    resource.addResourceDependency(made)
  }
}

const columns = (list: readonly TableColumn[]) => list.map((column) => ({ ...column }))
