import { leastBilledSeconds, regionPrices } from '../contract/prices.ts'

/*
 * What an export or a query costs in AWS, for whoever chooses. List prices of us-east-1 in US dollars, without requests
 * and storage; other regions ask for up to a third more. Pure.
 */

const { fargate, athenaTerabyte } = regionPrices['us-east-1']
const { vcpuHour, gibHour } = fargate.x86_64
/**
 * https://aws.amazon.com/athena/pricing/: what a query reads, compressed as it lies, rounded up to a megabyte, ten
 * megabytes at least. DDL is free; so is what failed, but not what was cancelled.
 */
const megabyte = 1e6
const leastBytes = 10 * megabyte
/** As the job definition has it. */
const gibPerThread = 2

/** What a query costs that reads so many stored bytes. */
export function queryDollars(scannedBytes: number): number {
  const billed = Math.max(leastBytes, Math.ceil(scannedBytes / megabyte) * megabyte)
  return (billed / 1e12) * athenaTerabyte
}

/** What a scan of so many seconds costs on Fargate, on x86 and on demand. */
export function scanDollars(seconds: number, threads: number): number {
  return (Math.max(seconds, leastBilledSeconds) / 3600) * threads * (vcpuHour + gibPerThread * gibHour)
}

/** `$2.06`, `$0.0062`: two figures where it is less than a dollar. */
export function formatDollars(dollars: number): string {
  return `$${dollars >= 1 ? dollars.toFixed(2) : Number(dollars.toPrecision(2))}`
}
