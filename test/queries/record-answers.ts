import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { queryValues } from '../../worker/athena/query-values.ts'
import { readSavedQueries } from '../../worker/athena/saved-queries.ts'
import { places } from './analyst-day.ts'
import type { AnalystEngine, Answer } from './answers.ts'
import { recordEnvironment } from './record-day.ts'

const queries = readSavedQueries()
const nowMs = Date.UTC(2023, 9, 20)

/** What the saved queries over records answer on the day of access-day.ts, worked out by hand. */
export function testRecordQueries(engine: () => Pick<AnalystEngine, 'run'>): void {
  const ask = (name: string, ...words: readonly string[]): Promise<Answer> => {
    const query = queries.get(name)!
    const window = words.some((word) => word.startsWith('window=')) ? [] : ['window=2023-10-02']
    const values = queryValues(query, [...window, ...words], recordEnvironment, nowMs)
    return engine().run(fillStatement(query.sql, places), values)
  }
  const answers = async (name: string, ...words: readonly string[]) =>
    (await ask(name, ...words)).rows.map((row) =>
      row.map((cell) => (/^-?\d+(\.\d+)?(E-?\d+)?$/.test(cell ?? '') ? Number(cell) : cell))
    )

  it('count-target-errors: who answered with what, and who instead of it', async () => {
    assert.deepEqual(await answers('count-target-errors'), [
      ['alb', '10.0.0.1:80', 4, 1, 1, 0, 1, 75],
      ['alb', '10.0.0.2:80', 1, 0, 0, 0, 1, 100],
      ['alb', null, 2, 0, 0, 0, 1, 50],
      ['cloudfront', 'd1.cloudfront.net', 1, 0, 0, 1, 0, 100],
      ['s3-access', 'logs', 1, 0, 0, 1, 0, 100]
    ])
  })

  it('rank-slow-targets: the slowest first', async () => {
    assert.deepEqual(await answers('rank-slow-targets', 'milliseconds=1000'), [
      ['alb', '10.0.0.2:80', 1, 12, 12, 12, 12, 1, 1],
      ['elb-classic', '10.0.9.9:80', 1, 2.5, 2.5, 2.5, 2.5, 1, 0],
      ['alb', '10.0.0.1:80', 3, 1, 1, 1, 1, 0, 0]
    ])
  })

  it('list-slow-requests: with what was asked', async () => {
    assert.deepEqual(await answers('list-slow-requests', 'milliseconds=2500'), [
      [
        12,
        11.5,
        '2023-10-02 07:00:03.000',
        'alb',
        '10.0.0.2:80',
        '192.0.2.1',
        'GET',
        'https://a.example.com:443/bad?q=1',
        504,
        null
      ],
      [
        2.5,
        1.5,
        '2023-10-02 08:00:00.500',
        'elb-classic',
        '10.0.9.9:80',
        '192.0.2.2',
        'GET',
        'http://b.example.com:80/slow',
        200,
        200
      ]
    ])
  })

  it('count-path-errors and count-client-errors: 4xx and 5xx by what was asked for, and by who asked', async () => {
    const time = (second: number): string => `2023-10-02 07:00:0${second}.000`
    assert.deepEqual(await answers('count-path-errors'), [
      ['alb', '/bad', 500, 1, 1, time(1), time(1)],
      ['alb', '/bad', 502, 1, 1, time(5), time(5)],
      ['alb', '/bad', 503, 1, 1, time(4), time(4)],
      ['alb', '/bad', 504, 1, 1, time(3), time(3)],
      ['alb', '/none', 404, 1, 1, time(2), time(2)],
      ['cloudfront', '/gone', 404, 1, 1, '2023-10-02 09:00:00.000', '2023-10-02 09:00:00.000'],
      ['s3-access', '/logs/k/a%20b', 403, 1, 1, '2023-10-02 10:00:00.000', '2023-10-02 10:00:00.000']
    ])
    const clients = await answers('count-client-errors')
    assert.deepEqual(
      clients.map(([, client, status]) => [client, status]),
      [
        ['192.0.2.1', 404],
        ['192.0.2.1', 502],
        ['192.0.2.1', 503],
        ['192.0.2.1', 504],
        ['2001:db8::1', 500],
        ['192.0.2.3', 404],
        ['192.0.2.4', 403]
      ]
    )
  })

  it('count-call-failures and list-call-failures: what is not normal', async () => {
    assert.deepEqual(await answers('count-call-failures'), [
      ['node1', 'Media inactivity', 2, 1, 2, '2023-10-02 07:00:01.500', '2023-10-02 07:00:02.000'],
      ['node1', 'Participant failed to join conference.', 1, 1, 0, '2023-10-02 07:00:03.000', '2023-10-02 07:00:03.000']
    ])
    const calls = await answers('list-call-failures')
    assert.deepEqual(
      calls.map(([, , problem, conference, participant]) => [problem, conference, participant]),
      [
        ['Media inactivity', 'Room "A"', 'Zo"e'],
        ['Media inactivity', 'Room "A"', 'Bob'],
        ['Participant failed to join conference.', 'B', null]
      ]
    )
  })

  it('read their window alone', async () => {
    const { read } = await ask('list-slow-requests', 'milliseconds=2500')
    assert.deepEqual(read.map(keyOf).sort(), [
      'alb/2023/10/02/a.gz',
      'cloudfront/2023/10/02/a.gz',
      'elb-classic/2023/10/02/a.gz',
      's3-access/2023/10/02/a.gz'
    ])
    const hour = await ask('list-call-failures', 'window=2023-10-02T08')
    assert.deepEqual([hour.rows, hour.read], [[], []])
  })
}

const keyOf = (uri: string): string => uri.replace(/^s3:\/\/[^/]+\//, '')
