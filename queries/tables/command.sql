-- The lines of command, as they are stored. Made from iot-log.config.json by npm run tables: change that, not this.
CREATE EXTERNAL TABLE IF NOT EXISTS `${database}`.`command` (
  `line` string COMMENT 'the line without its line end',
  `rest` string COMMENT 'null, unless the line holds a byte FF: what follows the first one'
)
PARTITIONED BY (`day` string, `hour` string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
WITH SERDEPROPERTIES (
  'field.delim' = '-1',
  'serialization.last.column.takes.rest' = 'true',
  'serialization.null.format' = '\n'
)
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION '${location}commands/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.range' = '2020/01/01,NOW+1DAYS',
  'projection.day.interval' = '1',
  'projection.day.interval.unit' = 'DAYS',
  'projection.hour.type' = 'integer',
  'projection.hour.range' = '0,23',
  'projection.hour.digits' = '2',
  'storage.location.template' = '${location}commands/${day}/${hour}/'
)
