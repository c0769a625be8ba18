/*
 * Labelled bars as SVG, readable on a light and on a dark page, with whatever sans-serif the reader has. The same bars
 * give the same bytes. Pure.
 */

export interface Bar {
  readonly label: string
  readonly value: number
  /** What stands behind the bar. */
  readonly text: string
  /** Ours stand out. */
  readonly isOurs: boolean
}

/** Bars of one scale. */
export interface BarGroup {
  readonly title: string
  /** Of the values. */
  readonly unit: string
  readonly bars: readonly Bar[]
}

export interface BarPlot {
  readonly title: string
  /** Where and when it was measured. */
  readonly subtitle: string
  readonly groups: readonly BarGroup[]
}

const width = 860
const margin = 16
const labelWidth = 270
const textWidth = 90
const barHeight = 18
const barStep = 24
const groupHead = 40
const plotHead = 60

/** Colours with a contrast of 4.5 and more against their page, for bars of ours, of others, and text. */
const style = `
text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:13px;fill:#24292f}
.title{font-size:17px;font-weight:600}.group{font-size:14px;font-weight:600}.quiet{fill:#57606a}
.ours{fill:#0969da}.others{fill:#8c959f}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9198a1}.ours{fill:#4493f8}.others{fill:#656c76}}
`.replaceAll('\n', '')

/** The plot, as a document of its own. */
export function barPlotSvg({ title, subtitle, groups }: BarPlot): string {
  const parts: string[] = [textAt(margin, 28, title, 'title'), textAt(margin, 48, subtitle, 'quiet')]
  let top = plotHead
  for (const group of groups) {
    parts.push(...groupParts(group, top))
    top += groupHead + group.bars.length * barStep
  }
  const height = top + margin
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    `<style>${style}</style>`,
    ...parts,
    '</svg>\n'
  ].join('\n')
}

function groupParts({ title, unit, bars }: BarGroup, top: number): string[] {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const room = width - 2 * margin - labelWidth - textWidth
  const head = textAt(margin, top + 26, `${title} (${unit})`, 'group')
  const lines = bars.map(({ label, value, text, isOurs }, at) => {
    const y = top + groupHead + at * barStep
    const length = Math.max(1, Math.round((room * value) / most))
    const x = margin + labelWidth
    return [
      textAt(x - 8, y + 13, label, 'label', 'end'),
      `<rect class="${isOurs ? 'ours' : 'others'}" x="${x}" y="${y}" width="${length}" height="${barHeight}" rx="2"/>`,
      textAt(x + length + 8, y + 13, text, 'quiet')
    ].join('')
  })
  return [head, ...lines]
}

function textAt(x: number, y: number, text: string, name: string, anchor = 'start'): string {
  const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  return `<text class="${name}" x="${x}" y="${y}"${place}>${escaped(text)}</text>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
