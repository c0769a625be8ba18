import { messageOf } from '../../contract/errors.ts'

/**
 * What is wrong with the certificate of an endpoint, and how to mend it; undefined when an error is another one. Told by
 * OpenSSL's and Node's texts (https://nodejs.org/api/tls.html#x509-certificate-error-codes): the client of OpenSearch
 * keeps no codes. Asking again does not mend it.
 */
export function certificateProblem(error: unknown, url: string): string | undefined {
  const text = messageOf(error)
  const cause = /self-signed certificate(?: in certificate chain)?|unable to (?:verify|get)[^;]*certificate/.exec(text)
  if (cause) {
    return `its certificate is of nobody known here (${cause[0]}): write its authority as PEM into a file, and name that in the sink's caFile`
  }
  if (/certificate(?:'s)? altnames/.test(text)) {
    return `its certificate is for other names than ${new URL(url).hostname}: write one of those into the sink's url`
  }
  const time = /certificate (?:has expired|is not yet valid)/.exec(text)
  return time ? `its ${time[0]}: renew it there` : undefined
}
