import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { ProblemsError } from '../worker/contract/errors.ts'

/*
 * infra/sizing.json: the size of a task of an export. The stacks use `job`; `basis` says where the figures come from.
 * The bench that measured them uses the other keys.
 */

/** The memory sizes of Fargate by vCPU: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html */
export const fargateMemory: ReadonlyMap<number, readonly [fromMiB: number, toMiB: number, stepMiB: number]> = new Map([
  [0.25, [512, 2048, 512]],
  [0.5, [1024, 4096, 1024]],
  [1, [2048, 8192, 1024]],
  [2, [4096, 16_384, 1024]],
  [4, [8192, 30_720, 1024]],
  [8, [16_384, 61_440, 4096]],
  [16, [32_768, 122_880, 8192]]
])

const sizingSchema = z.looseObject({
  job: z
    .strictObject({
      vcpu: z.number(),
      memoryMiB: z.int(),
      /** The task's disk, for spools of the listing and of Athena's results. */
      ephemeralGiB: z.int().min(21).max(200)
    })
    .superRefine(({ vcpu, memoryMiB }, context) => {
      const [from, to, step] = fargateMemory.get(vcpu) ?? [0, 0, 1]
      if (memoryMiB >= from && memoryMiB <= to && memoryMiB % step === 0 && from > 0) return
      const known =
        from > 0 ? `${from} to ${to} MiB in steps of ${step}` : `vCPUs ${[...fargateMemory.keys()].join(', ')}`
      context.addIssue({ code: 'custom', message: `${vcpu} vCPU with ${memoryMiB} MiB: Fargate has ${known}` })
    }),
  basis: z.string().min(1)
})

/** vCPUs, memory and disk of a task. */
export type JobSize = Readonly<z.output<typeof sizingSchema>['job']>

/** @throws ProblemsError (`wrong-config`) for a size that Fargate does not have */
export function parseSizing(value: unknown): JobSize {
  const parsed = sizingSchema.safeParse(value)
  if (parsed.success) return parsed.data.job
  throw new ProblemsError(
    'wrong-config',
    parsed.error.issues.map(({ path, message }) => {
      const subject = path.join('.')
      return { subject, text: `infra/sizing.json: ${subject}: ${message}` }
    })
  )
}

export function readSizing(): JobSize {
  return parseSizing(JSON.parse(readFileSync(new URL('./sizing.json', import.meta.url), 'utf8')))
}
