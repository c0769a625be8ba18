import {
  leastBilledSeconds,
  type RegionPrices,
  regionPrices,
  spotShare,
  taskStartSeconds
} from '../worker/contract/prices.ts'

/*
 * The costs of iot-log: `npx node infra/costs.ts` prints the table of infra/README.md. List prices in USD, without free
 * tiers and taxes, as of November 2025; check them with AWS.
 */

interface Prices extends RegionPrices {
  /** https://aws.amazon.com/s3/pricing/ */
  readonly storedGbMonth: number
  /** https://aws.amazon.com/firehose/pricing/; a record is billed as 5 KB at least. */
  readonly firehoseGb: number
  /** A million triggered rules, and the same for a million actions: https://aws.amazon.com/iot-core/pricing/ */
  readonly iotRules: number
  readonly natHour: number
  /** In one zone. */
  readonly endpointHour: number
}

const regions: Readonly<Record<string, Prices>> = {
  'us-east-1': {
    ...regionPrices['us-east-1'],
    storedGbMonth: 0.023,
    firehoseGb: 0.029,
    iotRules: 0.15,
    natHour: 0.045,
    endpointHour: 0.01
  },
  'ap-northeast-1': {
    ...regionPrices['ap-northeast-1'],
    storedGbMonth: 0.025,
    firehoseGb: 0.036,
    iotRules: 0.18,
    natHour: 0.062,
    endpointHour: 0.014
  }
}

/** The same in both regions. arm64: https://aws.amazon.com/lambda/pricing/ */
const lambdaGbSecond = 0.0000133334
const [secretMonth, alarmMetricMonth, dashboardMonth] = [0.4, 0.1, 3]
/** A public IPv4 address in use: https://aws.amazon.com/vpc/pricing/ */
const addressHour = 0.005

/** Stored bytes on one vCPU. `npm run bench:sizing` measures more, but the network of a task may be slower. */
const scannedBytesPerSecond = 90e6
/** Objects as the streams here write them. */
const objectBytes = 20e6
const job = { vcpu: 1, gib: 2 } as const
/** Text, in a function of half a GB, JSON to bulk requests. */
const forwardedBytesPerSecond = 40e6
const ratio = 5
const monthHours = 730
const alarms = 13
/** Each one costs. The two alarms of Athena use four metrics each. */
const alarmMetrics = 19
const privateEndpoints = 10
const idleMonth = 2 * secretMonth + alarmMetrics * alarmMetricMonth + dashboardMonth

interface Row {
  readonly what: string
  readonly of: (prices: Prices) => string
}

const gigabyte = 1e9
const usd = (amount: number): string => (amount < 0.1 ? amount.toFixed(4) : amount.toFixed(2))

const rows: readonly Row[] = [
  {
    what: `idle, a month: 2 secrets, ${alarms} alarms on ${alarmMetrics} metrics, a dashboard`,
    of: () => usd(idleMonth)
  },
  {
    what: 'the same with `"network": "private"`: NAT gateway with its address, 5 endpoints in 2 zones',
    of: ({ natHour, endpointHour }) =>
      usd(idleMonth + monthHours * (natHour + addressHour + privateEndpoints * endpointHour))
  },
  ...[1, 10, 100].flatMap((gigabytes): Row[] => [
    {
      what: `export of ${gigabytes} GB, ${duration(gigabytes)}, Spot`,
      of: (prices) => usd(exportCost(prices, gigabytes, spotShare))
    },
    {
      what: `export of ${gigabytes} GB, on-demand`,
      of: (prices) => usd(exportCost(prices, gigabytes, 1))
    },
    { what: `${gigabytes} GB in Athena`, of: ({ athenaTerabyte }) => usd((gigabytes / 1000) * athenaTerabyte) }
  ]),
  {
    what: 'forwarding of 100 GB (the sink apart)',
    of: () => usd(((100 * gigabyte * ratio) / forwardedBytesPerSecond) * 0.5 * lambdaGbSecond)
  },
  {
    what: 'a million messages of devices, by rule and stream',
    of: ({ iotRules, firehoseGb }) => usd(2 * iotRules + ((1e6 * 5000) / gigabyte) * firehoseGb)
  },
  { what: '100 GB kept for a month', of: ({ storedGbMonth }) => usd(100 * storedGbMonth) }
]

function secondsOf(gigabytes: number): number {
  return taskStartSeconds + (gigabytes * gigabyte) / scannedBytesPerSecond / job.vcpu
}

function duration(gigabytes: number): string {
  const seconds = secondsOf(gigabytes)
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}

/** In the public network: the task's address costs the same on Spot. */
function exportCost({ fargate, thousandGets, thousandLists }: Prices, gigabytes: number, share: number): number {
  const hours = Math.max(leastBilledSeconds, secondsOf(gigabytes)) / 3600
  const objects = (gigabytes * gigabyte) / objectBytes
  const requests = (objects * thousandGets) / 1000 + (Math.ceil(objects / 1000) + 30) * (thousandLists / 1000)
  const { vcpuHour, gibHour } = fargate.x86_64
  return hours * (share * (job.vcpu * vcpuHour + job.gib * gibHour) + addressHour) + requests
}

/** The table, as Markdown. */
export function costTable(): string {
  const names = Object.keys(regions)
  const lines = rows.map(({ what, of }) => `| ${[what, ...names.map((name) => of(regions[name]!))].join(' | ')} |`)
  return [`| USD | ${names.join(' | ')} |`, `| --- | ${names.map(() => '---:').join(' | ')} |`, ...lines].join('\n')
}

if (import.meta.main) process.stdout.write(`${costTable()}\n`)
