import { parseCreateTable, type TableDefinition } from '../stand-ins/athena/sql/create-table.ts'
import type { S3Server } from '../stand-ins/s3/server.ts'
import { trinoVersion } from './install.ts'

/*
 * Trino's metastore in files, which are objects here. Trino would not take Hive's CREATE EXTERNAL TABLE, and its own
 * has other names for some properties: so what the statement says is written down as Glue would hold it, and the very
 * properties that Athena gets are tested.
 */

export const metastoreBucket = 'metastore'
export const metastoreUrl = `s3://${metastoreBucket}/catalog`

/** Makes a database. */
export function createDatabase(s3: S3Server, name: string): void {
  const schema = { writerVersion: trinoVersion, ownerName: 'test', ownerType: 'USER', parameters: {} }
  s3.put(metastoreBucket, `catalog/.${name}.trinoSchema`, JSON.stringify(schema))
}

/** Makes a table, or another of its name, as a statement of Hive's says. */
export function createTable(s3: S3Server, statement: string): void {
  const table = parseCreateTable(statement)
  const schema = JSON.stringify(schemaOf(table))
  s3.put(metastoreBucket, `catalog/${table.database}/${table.name}/.trinoSchema`, schema)
}

function schemaOf({ columns, partitions, serde, serdeProperties, location, properties }: TableDefinition) {
  return {
    writerVersion: trinoVersion,
    owner: 'test',
    tableType: 'EXTERNAL_TABLE',
    dataColumns: columns.map((column) => ({ ...column, properties: {} })),
    partitionColumns: partitions.map((column) => ({ ...column, properties: {} })),
    parameters: { EXTERNAL: 'TRUE', ...properties },
    originalStorageFormat: {
      serde,
      inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
    },
    serdeParameters: serdeProperties,
    externalLocation: location,
    columnStatistics: {}
  }
}
