import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/*
 * A bulk endpoint that takes everything at once, as a process of its own: it counts lines and answers as long an answer
 * as the real one with a filter. Prints its port, and what it took when its stdin closes.
 */

const newline = 0x0a
let documents = 0
let bytes = 0

const server = createServer((incoming, response) => {
  let lines = 0
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines++
  })
  incoming.on('end', () => {
    documents += lines / 2
    const items = '{"create":{"status":201}},'.repeat(lines / 2)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"took":1,"errors":false,"items":[${items.slice(0, -1)}]}`)
  })
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.stdin.resume().on('close', () => {
  console.log(JSON.stringify({ documents, bytes }))
  process.exit(0)
})
