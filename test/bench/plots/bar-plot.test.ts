import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { barPlotSvg } from '../../../bench/plots/bar-plot.ts'

const plot = (label: string, values: readonly number[]): string =>
  barPlotSvg({
    title: 'Exports & peers',
    subtitle: 'today',
    groups: [
      {
        title: 'big',
        unit: 'GB/s',
        bars: values.map((value, at) => ({ label, value, text: String(value), isOurs: at === 0 }))
      }
    ]
  })

describe('a plot', () => {
  it('has bars as long as their values, ours apart, each with its label and figure', () => {
    const svg = plot('ours', [2, 1])
    const [first, second] = [...svg.matchAll(/<rect class="(\w+)" [^>]*width="(\d+)"/g)] as unknown as [
      string[],
      string[]
    ]
    assert.deepEqual([first[1], second[1]], ['ours', 'others'])
    assert.ok(Math.abs(Number(first[2]) / Number(second[2]) - 2) < 0.01)
    assert.match(svg, />ours<\/text>.*>2<\/text>/)
    assert.match(svg, />big \(GB\/s\)</)
  })

  it('shows names of any letters, and nothing of them is markup', () => {
    const svg = plot('igzip | rg <b>', [1])
    assert.match(svg, />igzip \| rg &lt;b&gt;</)
    assert.match(svg, /<title id="title">Exports &amp; peers<\/title>/)
    assert.doesNotMatch(svg, /<b>/)
  })

  it('has all bars within its height, and is there without any', () => {
    const svg = plot('one', [1, 1, 1, 0])
    const height = Number(/ height="(\d+)"/.exec(svg)![1])
    for (const [, y] of svg.matchAll(/<rect [^>]* y="(\d+)"/g)) assert.ok(Number(y) + 18 <= height)
    assert.match(plot('none', []), /<\/svg>/)
  })
})
