import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import {
  figureText,
  machineText,
  type PlotName,
  plotTitles,
  type Results,
  resultsDirectory,
  type Section
} from '../results.ts'
import { type BarGroup, barPlotSvg } from './bar-plot.ts'

/*
 * The plots of bench/results: `node bench/plots/plot.ts` draws them again from the newest results of each name.
 */

/** Draws what a run has measured. Gives the paths. */
export function plotResults({ date, machine, commit, sections }: Results): string[] {
  const subtitle = `${date}, commit ${commit}, ${machineText(machine)}`
  return Object.entries(plotTitles).flatMap(([plot, title]) => {
    const groups = sections.flatMap((section) => groupOf(section, plot as PlotName))
    if (groups.length === 0) return []
    writeFileSync(new URL(`${plot}.svg`, resultsDirectory), barPlotSvg({ title, subtitle, groups }))
    return [`bench/results/${plot}.svg`]
  })
}

function groupOf({ title, plotted, rows }: Section, plot: PlotName): BarGroup[] {
  if (plotted?.plot !== plot) return []
  const bars = rows.flatMap(({ name, isPeer, figures }) => {
    const value = figures[plotted.column]
    return typeof value === 'number' ? [{ label: name, value, text: figureText(value), isOurs: !isPeer }] : []
  })
  return [{ title, unit: plotted.column, bars }]
}

/** The newest of each name. */
function newestResults(): readonly Results[] {
  const files = readdirSync(resultsDirectory)
    .filter((name) => name.endsWith('.json'))
    .sort()
  const newest = new Map(files.map((file) => [file.replace(/^\d{4}-\d\d-\d\d-/, ''), file]))
  return [...newest.values()].map((file) => JSON.parse(readFileSync(new URL(file, resultsDirectory), 'utf8')))
}

if (import.meta.main) console.log(newestResults().flatMap(plotResults).join('\n'))
