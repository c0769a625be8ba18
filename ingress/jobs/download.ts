import { checkDownload } from '../../worker/contract/download-link.ts'
import { messageOf } from '../../worker/contract/errors.ts'
import { errorFields } from '../../worker/report/log.ts'
import type { FunctionUrlEvent, FunctionUrlResult } from './function-url.ts'
import { page, redirect } from './http-answers.ts'
import type { Services } from './services.ts'

/*
 * GET /download/<id>?e=…&s=…: redirects our signed link to a presigned URL that is made at this moment. Our link holds
 * as long as it says. The presigned URL only has to live until the download has begun.
 */

const presignedMinutes = 5

export async function answerDownload(
  id: string,
  event: FunctionUrlEvent,
  services: Services
): Promise<FunctionUrlResult> {
  const { log, nowMs, locations } = services
  const { linkKeys } = await services.secrets()
  const verdict = checkDownload(linkKeys, id, new URLSearchParams(event.rawQueryString), nowMs())
  log.info('A download was asked for', { job: id, verdict })
  if (verdict === 'forged')
    return page(403, 'This link is not valid', 'Copy the whole link, or get a new one with “New link”.')
  if (verdict === 'expired') return expiredPage()
  try {
    const found = await locations.find(id)
    const key = found?.job.result?.archive?.key
    const store = found?.location.store
    if (key === undefined || !store?.link || !(await store.has(key))) return gonePage()
    const { url } = await store.link(key, presignedMinutes, nowMs())
    return redirect(url)
  } catch (error) {
    log.error('A download could not be given', { job: id, ...errorFields(error), why: messageOf(error) })
    return page(503, 'Not available right now', 'iot-log could not reach the archive. Open the link again in a moment.')
  }
}

const expiredPage = (): FunctionUrlResult =>
  page(410, 'This link has expired', 'Press “New link” below the result, or export the same logs again.')

const gonePage = (): FunctionUrlResult =>
  page(404, 'This archive is gone', 'Archives are kept for a short time only. Export the same logs again.')
