/*
 * What an export or a query costs in AWS, for whoever chooses. List prices of us-east-1 in US dollars, without requests
 * and storage; other regions ask for up to a third more. Pure.
 */

/**
 * https://aws.amazon.com/athena/pricing/: what a query reads, compressed as it lies, rounded up to a megabyte, ten
 * megabytes at least. DDL is free; so is what failed, but not what was cancelled.
 */
const dollarsPerTerabyte = 5
const megabyte = 1e6
const leastBytes = 10 * megabyte
/** https://aws.amazon.com/fargate/pricing/: Linux on x86, on demand; Spot is up to 70 % less. */
const vcpuHour = 0.04048
const gibibyteHour = 0.004445
/** As the job definition has it. */
const gibibytesPerThread = 2
/** Fargate bills a minute at least. */
const leastSeconds = 60

/** What a query costs that reads so many stored bytes. */
export function queryDollars(scannedBytes: number): number {
  const billed = Math.max(leastBytes, Math.ceil(scannedBytes / megabyte) * megabyte)
  return (billed / 1e12) * dollarsPerTerabyte
}

/** What a scan of so many seconds costs on Fargate. */
export function scanDollars(seconds: number, threads: number): number {
  return (Math.max(seconds, leastSeconds) / 3600) * threads * (vcpuHour + gibibytesPerThread * gibibyteHour)
}

/** `$2.06`, `$0.0062`: two figures where it is less than a dollar. */
export function formatDollars(dollars: number): string {
  return `$${dollars >= 1 ? dollars.toFixed(2) : Number(dollars.toPrecision(2))}`
}
