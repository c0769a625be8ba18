import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import { CfnLogStream } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Category } from '../../worker/contract/config.ts'
import { bucketArnOf } from '../arns.ts'
import type { Deployment } from '../deployment.ts'
import { errorPrefix, firehosePrefix } from './firehose-prefix.ts'

/** Larger objects are cheaper to read; five minutes are what an asker of today's logs has to wait for them. */
const buffering = { sizeInMBs: 64, intervalInSeconds: 300 } as const

export interface StreamOptions {
  readonly name: string
  readonly category: Category
  readonly roleArn: string
  readonly logGroup: string
  /** What puts records: applications, one record a line; or CloudWatch Logs, envelopes that are gzip themselves. */
  readonly records: 'lines' | 'cloudwatch'
}

/** A stream from its producers to the prefix of a category: gzip, an hour a prefix, what fails apart. */
export function createStream(scope: Construct, deployment: Deployment, options: StreamOptions): CfnDeliveryStream {
  const { name, category, roleArn, logGroup, records } = options
  const { logs } = deployment
  // Only the console makes it: https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
  const troubles = new CfnLogStream(scope, `Log-${name}`, { logGroupName: logGroup, logStreamName: name })
  const keepsEnvelopes = records === 'cloudwatch' && isEnvelopes(category)
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
      // Envelopes come as members of gzip, which one after the other are a gzip object.
      compressionFormat: keepsEnvelopes ? 'UNCOMPRESSED' : 'GZIP',
      fileExtension: '.gz',
      cloudWatchLoggingOptions: { enabled: true, logGroupName: logGroup, logStreamName: troubles.ref },
      ...(records === 'cloudwatch' && !keepsEnvelopes && { processingConfiguration: messagesOfEnvelopes })
    }
  })
}

/** A category whose format reads the envelopes of CloudWatch Logs gets them whole: time, group and stream are in them. */
const isEnvelopes = ({ format }: Category): boolean => format === 'cloudwatch'

/** From envelopes to lines: https://docs.aws.amazon.com/firehose/latest/dev/Message_extraction.html */
const messagesOfEnvelopes: CfnDeliveryStream.ProcessingConfigurationProperty = {
  enabled: true,
  processors: [
    { type: 'Decompression', parameters: [{ parameterName: 'CompressionFormat', parameterValue: 'GZIP' }] },
    {
      type: 'CloudWatchLogProcessing',
      parameters: [{ parameterName: 'DataMessageExtraction', parameterValue: 'true' }]
    },
    // A newline, unless told otherwise: https://docs.aws.amazon.com/firehose/latest/APIReference/API_Processor.html
    { type: 'AppendDelimiterToRecord' }
  ]
}
