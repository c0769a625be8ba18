import { leastBilledSeconds, type RegionPrices, spotShare, taskStartSeconds } from '../../worker/contract/prices.ts'

/*
 * How long an export of a day takes on a task of Fargate, and what it costs. Pure. Readers of its figures find its
 * assumptions in `assumptions`.
 */

/** What an export costs on the machine that measured, per thread: CPU seconds of the whole process. */
export interface MeasuredRates {
  /** Stored bytes fetched, inflated and searched in a CPU second. */
  readonly storedBytesPerCpuSecond: number
  readonly cpuSecondsPerObject: number
  /** Text deflated into the archive in a CPU second. */
  readonly keptBytesPerCpuSecond: number
  /** Of a process, until it reads; it has one thread then. */
  readonly startSeconds: number
  /** Peak memory: of the process, and more for each thread. */
  readonly baseMebibytes: number
  readonly mebibytesPerThread: number
}

/** A day, as a listing shows it, and how much of it matches. */
export interface Day {
  /** Stored. */
  readonly bytes: number
  readonly objects: number
  /** Share of the text that is kept, 0 to 1. */
  readonly match: number
  /** Bytes of text for each stored byte. */
  readonly textRatio: number
}

/** What the machine is assumed to have that no bench here can measure. */
export interface Assumptions {
  /** Bits that a task receives in a second for each vCPU, for as long as it runs. */
  readonly networkBitsPerVcpu: number
  /** Stored bytes that TLS costs a CPU second. */
  readonly tlsBytesPerCpuSecond: number
}

/**
 * AWS publishes no network bandwidth of Fargate: assumed is the baseline that EC2 guarantees instances of current families
 * (c6i.large, 2 vCPU: 0.781 Gbit/s), above which tasks burst for minutes:
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/co.html. TLS is AES-GCM in OpenSSL with processor support.
 */
export const usualAssumptions: Assumptions = { networkBitsPerVcpu: 0.39e9, tlsBytesPerCpuSecond: 1e9 }

/** In words, to stand beside every figure. */
export function assumptionLines({ networkBitsPerVcpu, tlsBytesPerCpuSecond }: Assumptions): readonly string[] {
  return [
    'a vCPU is as fast as a processor of the machine that measured (on x86 it is a hyperthread; arm64 was not measured)',
    'time shrinks with vCPUs as 1/n: seen here at one and two',
    `the network gives ${(networkBitsPerVcpu / 1e9).toFixed(2)} Gbit/s for each vCPU, not published by AWS (--gigabits)`,
    `TLS costs a CPU second for ${(tlsBytesPerCpuSecond / 1e9).toFixed(1)} GB; S3's latency is hidden`,
    `a task starts in ${taskStartSeconds} s, which are billed, as is a minute at least`,
    `Spot costs ${Math.round(spotShare * 100)} % of on-demand; list prices, with S3's requests (worker/contract/prices.ts)`
  ]
}

export interface SizeTime {
  /** From the start of the task. */
  readonly seconds: number
  /** What a larger task would have to have more of. */
  readonly bound: 'processor' | 'network'
}

/** How long a task of so many vCPUs takes. Fractions of a vCPU run one thread at that share of its time. */
export function taskTime(day: Day, vcpu: number, rates: MeasuredRates, assumptions: Assumptions): SizeTime {
  const cpu = (cpuSecondsOf(day, rates) + day.bytes / assumptions.tlsBytesPerCpuSecond) / vcpu
  const network = (day.bytes * 8) / (assumptions.networkBitsPerVcpu * vcpu)
  const seconds = taskStartSeconds + rates.startSeconds / Math.min(1, vcpu) + Math.max(cpu, network)
  return { seconds, bound: cpu >= network ? 'processor' : 'network' }
}

/** What the threads together compute, their start apart. */
export function cpuSecondsOf({ bytes, objects, match, textRatio }: Day, rates: MeasuredRates): number {
  const reading = bytes / rates.storedBytesPerCpuSecond + objects * rates.cpuSecondsPerObject
  return reading + (match * bytes * textRatio) / rates.keptBytesPerCpuSecond
}

/** The same on this machine, without a network and the start of a task: what can be compared with a clock. */
export function localSeconds(day: Day, threads: number, rates: MeasuredRates): number {
  return rates.startSeconds + cpuSecondsOf(day, rates) / threads
}

/** Memory that a task needs, with a quarter of room. */
export function neededMebibytes(vcpu: number, { baseMebibytes, mebibytesPerThread }: MeasuredRates): number {
  return 1.25 * (baseMebibytes + Math.ceil(vcpu) * mebibytesPerThread)
}

/** The least memory that Fargate has for so many vCPUs and that is enough; undefined where none is. */
export function leastMemory(
  [from, to, step]: readonly [number, number, number],
  neededMebibytes: number
): number | undefined {
  const memory = from + Math.max(0, Math.ceil((neededMebibytes - from) / step)) * step
  return memory <= to ? memory : undefined
}

export interface TaskChoice {
  readonly vcpu: number
  readonly memoryMiB: number
  readonly arch: 'x86_64' | 'arm64'
  readonly isSpot: boolean
}

/** US dollars of an export: the task and what S3 asks for requests. */
export function exportDollars(day: Day, seconds: number, choice: TaskChoice, prices: RegionPrices): number {
  const { vcpuHour, gibHour } = prices.fargate[choice.arch]
  const hours = Math.max(leastBilledSeconds, seconds) / 3600
  const task = hours * (choice.vcpu * vcpuHour + (choice.memoryMiB / 1024) * gibHour)
  return task * (choice.isSpot ? spotShare : 1) + requestDollars(day, prices)
}

/** US dollars of the same by Athena, which fetches the same objects. */
export function athenaDollars(day: Day, prices: RegionPrices): number {
  return (day.bytes / 1e12) * prices.athenaTerabyte + requestDollars(day, prices)
}

function requestDollars({ objects }: Day, { thousandGets, thousandLists }: RegionPrices): number {
  return (objects * thousandGets + Math.ceil(objects / 1000) * thousandLists) / 1000
}
