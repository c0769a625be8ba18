import { linkEndMs } from '../../worker/contract/archive-life.ts'
import { downloadPath } from '../../worker/contract/download-link.ts'
import type { Job } from '../../worker/contract/job.ts'
import type { FunctionUrlEvent } from './function-url.ts'
import type { Services } from './services.ts'

/** A link to a job's archive, and until when it holds. */
export interface SignedLink {
  readonly url: string
  readonly expiresMs: number
}

/** Signs a new link; undefined for a job whose archive is gone, or that has none. */
export async function signLink(job: Job, baseUrl: string, services: Services): Promise<SignedLink | undefined> {
  if (!job.result?.archive) return undefined
  const { linkKeys } = await services.secrets()
  const nowMs = services.nowMs()
  const expiresMs = linkEndMs(job, services.config.output, nowMs)
  if (expiresMs <= nowMs) return undefined
  return { url: baseUrl + downloadPath(linkKeys[0]!, job.id, expiresMs), expiresMs }
}

/** The URL of this ingress: as configured, else as this request reached it. */
export function baseUrlOf(event: FunctionUrlEvent, { publicUrl }: Services): string {
  return publicUrl ?? `https://${event.requestContext.domainName ?? event.headers.host ?? 'localhost'}`
}
