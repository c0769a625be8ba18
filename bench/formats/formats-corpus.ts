import { sampleOf } from '../../test/worker/formats/samples.ts'
import { RecordReader } from '../../worker/formats/record-reader.ts'
import { findFormat } from '../../worker/formats/registry.ts'

/*
 * Text of every format for the benches of worker/formats: records as their producers write them, with changing values.
 * A format that has none here repeats the first record of its sample.
 */

/** The separator behind each record; none where documents stand side by side. */
const separators: Readonly<Record<string, string>> = {
  'json-concatenated': '',
  cloudwatch: '',
  'iot-lifecycle': '',
  cloudtrail: ','
}

/** At least `bytes` of text of a format. */
export function formatText(name: string, bytes: number): Buffer {
  const separator = separators[name] ?? '\n'
  const recordOf = writers[name] ?? (() => firstRecord(name))
  const pieces: string[] = []
  for (let length = 0, number = 0; length < bytes; number++) {
    const record = recordOf(number) + separator
    pieces.push(record)
    length += record.length
  }
  const text = pieces.join('')
  return Buffer.from(name === 'cloudtrail' ? `{"Records":[${text.slice(0, -1)}]}` : text)
}

/** A word that stands on every record of the text. */
export function wordOnAll(name: string): string {
  if (writers[name]) return name === 'vpc-flow' ? 'ACCEPT' : 'THING'
  return /\w{4,}/.exec(firstRecord(name))![0]
}

function firstRecord(name: string): string {
  let first: string | undefined
  const reader = new RecordReader(findFormat(name), { maxRecordBytes: 1e6 }, ({ raw }) => {
    first ??= raw.toString()
  })
  reader.push(sampleOf(name))
  reader.finish(true)
  return first!
}

const thing = (number: number): string => `THING${String(number % 5000).padStart(5, '0')}`
const time = (number: number): string => new Date(1696118400000 + number * 13).toISOString()
const address = (number: number): string => `198.51.${number % 100}.${number % 250}:${1024 + (number % 60000)}`

function telemetry(number: number): string {
  return JSON.stringify({
    thingName: thing(number),
    timestamp: 1696118400000 + number * 13,
    topic: `dt/telemetry/${thing(number)}`,
    payload: {
      temperature: 20 + (number % 17) / 3,
      humidity: number % 100,
      firmware: `1.4.2-rc${number % 9}`,
      location: { lat: 35.6 + (number % 7), lon: 139.7 },
      state: number % 3 ? 'RUNNING' : 'IDLE',
      errors: [],
      message: 'periodic report from device, all sensors nominal'
    }
  })
}

function envelope(number: number): string {
  return JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup: '/aws/iot/things',
    logStream: `stream-${number % 40}`,
    subscriptionFilters: ['all'],
    logEvents: Array.from({ length: 50 }, (_, index) => ({
      id: `3755000000000000000000000000000000000000${number * 50 + index}`,
      timestamp: 1696118400000 + number * 50 + index,
      message: telemetry(number * 50 + index)
    }))
  })
}

function alb(number: number): string {
  const [head, tail] = [`https ${time(number)} app/things/50dc6c495c0c9188 ${address(number)}`, 'arn:aws:acm:x:1:c/2']
  const request = `"POST https://things.example.com:443/v1/${thing(number)}/shadow?n=${number} HTTP/1.1"`
  return `${head} 10.0.1.${number % 250}:8080 0.001 0.0${number % 90} 0.000 200 200 ${number % 4000} 366 ${request} "curl/8.1.2 (device; ${thing(number)})" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:x:1:targetgroup/t/1 "Root=1-58337262-${number}" "things.example.com" "${tail}" 0 ${time(number)} "forward" "-" "-" "10.0.1.1:8080" "200" "-" "-" TID_${number}`
}

const writers: Readonly<Record<string, (number: number) => string>> = {
  lines: (number) =>
    `${time(number)} INFO ${thing(number)} periodic report from device, all sensors nominal, n=${number}`,
  'json-lines': telemetry,
  'json-concatenated': telemetry,
  cloudtrail: (number) =>
    JSON.stringify({
      eventVersion: '1.08',
      userIdentity: { type: 'AssumedRole', principalId: `ID:${thing(number)}`, accountId: '123456789012' },
      eventTime: time(number),
      eventSource: 'iot.amazonaws.com',
      eventName: 'UpdateThingShadow',
      awsRegion: 'ap-northeast-1',
      sourceIPAddress: address(number),
      userAgent: 'aws-sdk-nodejs/3.1',
      requestParameters: { thingName: thing(number) },
      responseElements: null,
      requestID: `dbfd5a4b-c83d-4ff9-8ece-${number}`,
      eventID: `94960c89-0827-44eb-9c4f-${number}`,
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '123456789012',
      eventCategory: 'Management'
    }),
  cloudwatch: envelope,
  'elb-classic': (number) =>
    `${time(number)} things ${address(number)} 10.0.0.1:80 0.000073 0.00${number % 90} 0.000057 200 200 0 ${number % 4000} "GET http://things.example.com:80/${thing(number)} HTTP/1.1" "curl/7.38.0" - -`,
  alb,
  'alb-connection': (number) =>
    `${time(number)} 203.0.113.${number % 250} 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.0${number % 90} "CN=${thing(number)},O=Fleet,C=JP" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 Success TID_${number}`,
  nlb: (number) =>
    `tls 2.0 ${time(number).slice(0, 19)} net/things/c6e77e28c25b2234 g3d4b5e8bb8464cd ${address(number)} 172.100.100.185:443 5 2 98 ${number % 4000} - arn:aws:acm:us-east-2:671290407336:certificate/2a108f19 - ECDHE-RSA-AES128-SHA tlsv12 - ${thing(number)}.example.com h2 h2 "h2","http/1.1" ${time(number).slice(0, 19)}`,
  firelens: (number) =>
    JSON.stringify({
      source: 'stdout',
      log: telemetry(number),
      container_id: 'e54cccfac2b87417f71877907f67879068420042828067ae0867e60a63529d35',
      container_name: '/ecs-things-6-app-a4ddabe3f5b8b8c4fd01',
      ecs_cluster: 'things',
      ecs_task_arn: 'arn:aws:ecs:ap-northeast-1:123456789012:task/things/e54cccfac2b87417f71877907f678790',
      ecs_task_definition: 'things:6'
    }),
  'iot-lifecycle': (number) =>
    JSON.stringify({
      clientId: thing(number),
      timestamp: 1696118400000 + number * 13,
      eventType: number % 2 ? 'connected' : 'disconnected',
      sessionIdentifier: `a8b2c3d4-${number}`,
      principalIdentifier: '8b1c3d5e7f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f607182930',
      ipAddress: '192.0.2.10',
      versionNumber: number
    }),
  'vpc-flow': (number) =>
    `2 123456789012 eni-0050644426037aa0f 10.26.1.${number % 250} 3.239.232.29 ${number % 60000} 443 6 48 ${number % 9000} 1696118400 1696118460 ACCEPT OK`,
  cloudfront: (number) =>
    `2023-10-01\t07:25:11\tNRT57-C1\t${number % 9000}\t13.231.15.129\tGET\td3u2vxofoa42t1.cloudfront.net\t/v1/${thing(number)}.js\t200\thttps://things.example.com/\tMozilla/5.0%20(Macintosh)%20AppleWebKit/537.36\t-\t-\tMiss\tvKIiZi4-0_${number}==\td3u2vxofoa42t1.cloudfront.net\thttps\t1051\t0.199\t-\tTLSv1.2\tECDHE-RSA-AES128-GCM-SHA256\tMiss\tHTTP/2.0\t-\t-\t41649\t0.182\tMiss\tapplication/javascript\t121630\t-\t-`,
  's3-access': (number) =>
    `79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be dev-iot-logs [01/Oct/2023:00:00:38 +0000] 192.0.2.3 arn:aws:iam::1:role/r 3E57427F${number} REST.GET.OBJECT telemetry/${thing(number)} "GET /telemetry/${thing(number)} HTTP/1.1" 200 - ${number % 9000} ${number % 9000} 7 6 "-" "aws-sdk-js/3" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader dev-iot-logs.s3.amazonaws.com TLSV1.2 - Yes`,
  waf: (number) =>
    JSON.stringify({
      timestamp: 1696118400000 + number * 13,
      formatVersion: 1,
      webaclId: 'arn:aws:wafv2:ap-northeast-1:111111111111:regional/webacl/things/770ad176',
      terminatingRuleId: 'Default_Action',
      terminatingRuleType: 'REGULAR',
      action: 'ALLOW',
      terminatingRuleMatchDetails: [],
      httpSourceName: 'ALB',
      ruleGroupList: [{ ruleGroupId: 'AWS#AWSManagedRulesAmazonIpReputationList', terminatingRule: null }],
      httpRequest: {
        clientIp: '192.0.2.1',
        country: 'JP',
        headers: [
          { name: 'Host', value: 'things.example.com' },
          { name: 'user-agent', value: `device/${thing(number)}` }
        ],
        uri: `/v1/${thing(number)}`,
        httpMethod: 'GET',
        requestId: `1-64f01dc6-${number}`
      }
    }),
  pexip: (number) =>
    `${time(number).slice(0, 23)}+00:00 node1 ${time(number).slice(0, 10)} ${time(number).slice(11, 19)},123 Level="INFO" Name="administrator.conference" Message="Participant has joined." Conference="${thing(number)} room" Participant="O'Brien" Protocol="SIP" Direction="in" Call-Id="${number}-aa" Participant-Id="e15d0b7a-${number}" Location="tokyo" Remote-Address="192.0.2.7" Licenses="1"`
}
