import { leastBilledSeconds, regionPrices } from '../contract/prices.ts'

/*
 * The cost of an export or a query in AWS, as an estimate for people. List prices of us-east-1 in US dollars, without
 * requests and storage. Other regions cost up to a third more.
 */

const { fargate, athenaTerabyte } = regionPrices['us-east-1']
const { vcpuHour, gibHour } = fargate.x86_64
/**
 * https://aws.amazon.com/athena/pricing/: a query costs the stored (compressed) bytes that it reads, rounded up to a
 * megabyte, and at least ten megabytes. DDL and failed queries are free. Cancelled queries are not.
 */
const megabyte = 1e6
const leastBytes = 10 * megabyte
/** The memory of the job definition. */
const gibPerThread = 2

/** The cost of a query that reads so many stored bytes. */
export function queryDollars(scannedBytes: number): number {
  const billed = Math.max(leastBytes, Math.ceil(scannedBytes / megabyte) * megabyte)
  return (billed / 1e12) * athenaTerabyte
}

/** The cost of a scan of so many seconds on Fargate, on x86 and on demand. */
export function scanDollars(seconds: number, threads: number): number {
  return (Math.max(seconds, leastBilledSeconds) / 3600) * threads * (vcpuHour + gibPerThread * gibHour)
}

/** `$2.06`, `$0.0062`: two significant digits below a dollar. */
export function formatDollars(dollars: number): string {
  return `$${dollars >= 1 ? dollars.toFixed(2) : Number(dollars.toPrecision(2))}`
}
