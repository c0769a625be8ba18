import { messageOf } from '../../contract/errors.ts'
import type { SinkOptions } from './sink.ts'
import { SinkError } from './sink-error.ts'

/**
 * If the certificate of the endpoint is invalid, throws a SinkError that says how to fix it: a retry can't help. Errors
 * are known by the texts of OpenSSL and Node (https://nodejs.org/api/tls.html#x509-certificate-error-codes), since the
 * client of OpenSearch keeps no codes.
 */
export function checkCertificate(error: unknown, { name, settings }: Pick<SinkOptions, 'name' | 'settings'>): void {
  const problem = certificateProblem(error, settings.url)
  if (problem !== undefined) throw new SinkError(name, problem, error)
}

function certificateProblem(error: unknown, url: string): string | undefined {
  const text = messageOf(error)
  const cause = /self-signed certificate(?: in certificate chain)?|unable to (?:verify|get)[^;]*certificate/.exec(text)
  if (cause) {
    return `its certificate is not trusted here (${cause[0]}): write its authority as PEM into a file, and name that in the sink's caFile`
  }
  if (/certificate(?:'s)? altnames/.test(text)) {
    return `its certificate is for other names than ${new URL(url).hostname}: write one of those into the sink's url`
  }
  const time = /certificate (?:has expired|is not yet valid)/.exec(text)
  return time ? `its ${time[0]}: renew it there` : undefined
}
