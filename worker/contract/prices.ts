/*
 * List prices in US dollars, without free tiers and taxes, as of November 2025, of the regions with printed costs.
 * Pure.
 */

export interface RegionPrices {
  /** Linux on demand, by architecture: https://aws.amazon.com/fargate/pricing/; arm64 of ap-northeast-1 is a fifth less, not looked up. */
  readonly fargate: Readonly<Record<'x86_64' | 'arm64', { readonly vcpuHour: number; readonly gibHour: number }>>
  /** A terabyte of what a query reads: https://aws.amazon.com/athena/pricing/ */
  readonly athenaTerabyte: number
  /** A thousand requests: https://aws.amazon.com/s3/pricing/ */
  readonly thousandGets: number
  readonly thousandLists: number
}

export const regionPrices = {
  'us-east-1': {
    fargate: {
      x86_64: { vcpuHour: 0.04048, gibHour: 0.004445 },
      arm64: { vcpuHour: 0.03238, gibHour: 0.00356 }
    },
    athenaTerabyte: 5,
    thousandGets: 0.0004,
    thousandLists: 0.005
  },
  'ap-northeast-1': {
    fargate: {
      x86_64: { vcpuHour: 0.05056, gibHour: 0.005536 },
      arm64: { vcpuHour: 0.04045, gibHour: 0.00442 }
    },
    athenaTerabyte: 5,
    thousandGets: 0.00037,
    thousandLists: 0.0047
  }
} as const satisfies Record<string, RegionPrices>

/** The price of Spot as a part of on-demand. It varies; AWS says up to 70 % less. */
export const spotShare = 0.35

/** Fargate bills a minute at least, from the pull of the image on. */
export const leastBilledSeconds = 60

/** From the pull of the image until the worker begins: about, not measured. */
export const taskStartSeconds = 45
