import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/*
 * syslog-ng, Debian's packages syslog-ng-core and syslog-ng-mod-http: a forwarder in C that many run, as the figure to
 * compare with. It is handed the inflated lines, and ends with its input. What it does not do: ids, the record's time and index, a look at
 * the items of an answer, going on where it was cut.
 */

/** Debian's path, which is not everybody's. */
const withSbin = `PATH=$PATH:/usr/sbin`

/** Sends lines as they stand, or reads each as JSON and writes it again with a field more, as an agent that filters does. */
export type SyslogNgMode = 'as it stands' | 'parsed'

/** How to send the gzip objects below a directory, in order, to a bulk endpoint; undefined where it is not installed. */
export function syslogNgCommand(directory: string, url: string, mode: SyslogNgMode): string | undefined {
  const path = join(directory, `syslog-ng-${mode.replaceAll(' ', '-')}.conf`)
  const files = `--cfgfile=${path} --persist-file=${path}.persist --control=${path}.control --pidfile=${path}.pid`
  const run = `${withSbin} syslog-ng --foreground --no-caps ${files}`
  writeFileSync(path, configuration(url, mode))
  const isUsable = spawnSync('sh', ['-c', `${run} --syntax-only`]).status === 0
  return isUsable ? `find ${directory} -name '*.gz' | sort | xargs zcat | ${run}` : undefined
}

/** Batches and requests as of our sinks. https://syslog-ng.github.io/admin-guide/070_Destinations/080_http/ */
function configuration(url: string, mode: SyslogNgMode): string {
  const document = mode === 'parsed' ? '$(format-json .json.* --shift 6 --pair category=telemetry)' : '$MESSAGE'
  return `@version: 3.38
source lines { stdin(flags(no-parse) log-iw-size(20000) log-fetch-limit(1000)); };
parser json { json-parser(prefix(".json.")); };
destination bulk {
  http(url("${url}/_bulk") method("POST") headers("Content-Type: application/x-ndjson") workers(2)
    body("{\\"index\\":{\\"_index\\":\\"iot-telemetry-2023.10.01\\"}}\\n${document}") delimiter("\\n") body-suffix("\\n")
    batch-lines(5000) batch-bytes(2048Kb) batch-timeout(1000));
};
log { source(lines);${mode === 'parsed' ? ' parser(json);' : ''} destination(bulk); flags(flow-control); };
`
}
