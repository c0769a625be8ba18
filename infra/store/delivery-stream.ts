import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import { CfnLogStream } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Category } from '../../worker/contract/config.ts'
import { bucketArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { errorPrefix, firehosePrefix } from './firehose-prefix.ts'

/** Larger objects are cheaper to read. Five minutes is how late logs of today may be. */
const buffering = { sizeInMBs: 64, intervalInSeconds: 300 } as const

interface StreamOptions {
  readonly name: string
  readonly category: Category
  readonly roleArn: string
  readonly logGroup: string
  /** `lines` from applications, one record each; or gzip envelopes from CloudWatch Logs. */
  readonly records: 'lines' | 'cloudwatch'
}

/** A stream from its producers to the prefix of a category: gzip, one prefix an hour, failures under another prefix. */
export function createStream(scope: Construct, deployment: Deployment, options: StreamOptions): CfnDeliveryStream {
  const { name, category, roleArn, logGroup, records } = options
  const { logs } = deployment
  // Only the console creates it: https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
  const troubles = new CfnLogStream(scope, `Log-${name}`, { logGroupName: logGroup, logStreamName: name })
  // The format `cloudwatch` reads whole envelopes, which have time, group and stream.
  const keepsEnvelopes = records === 'cloudwatch' && category.format === 'cloudwatch'
  return new CfnDeliveryStream(scope, `Stream-${name}`, {
    deliveryStreamName: name,
    deliveryStreamType: 'DirectPut',
    deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
    extendedS3DestinationConfiguration: {
      bucketArn: bucketArnOf(deployment, logs),
      roleArn,
      prefix: firehosePrefix(logs.prefix, category.layout),
      errorOutputPrefix: errorPrefix(logs.prefix, name),
      bufferingHints: buffering,
      // Envelopes are gzip members, and gzip members in a row are a gzip object.
      compressionFormat: keepsEnvelopes ? 'UNCOMPRESSED' : 'GZIP',
      ...(category.layout.timeZone !== undefined && { customTimeZone: category.layout.timeZone }),
      fileExtension: '.gz',
      cloudWatchLoggingOptions: { enabled: true, logGroupName: logGroup, logStreamName: troubles.ref },
      ...(records === 'cloudwatch' && !keepsEnvelopes && { processingConfiguration: messagesOfEnvelopes })
    }
  })
}

/** From envelopes to lines: https://docs.aws.amazon.com/firehose/latest/dev/Message_extraction.html */
const messagesOfEnvelopes: CfnDeliveryStream.ProcessingConfigurationProperty = {
  enabled: true,
  processors: [
    { type: 'Decompression', parameters: [{ parameterName: 'CompressionFormat', parameterValue: 'GZIP' }] },
    {
      type: 'CloudWatchLogProcessing',
      parameters: [{ parameterName: 'DataMessageExtraction', parameterValue: 'true' }]
    },
    // The default delimiter is a newline: https://docs.aws.amazon.com/firehose/latest/APIReference/API_Processor.html
    { type: 'AppendDelimiterToRecord' }
  ]
}
