import { buildProgram, hasAddOn } from '../build-program.ts'
import { readOptions } from '../options.ts'
import { plotResults } from '../plots/plot.ts'
import { beginResults, machineText, type Section, saveResults, sectionText } from '../results.ts'
import { benchDay, dayCases } from './end-to-end.ts'
import { benchFromS3 } from './from-s3.ts'
import { type Claim, claimParts, claimSection, isHeld } from './must-hold.ts'
import { benchStages } from './stages.ts'

const usage = `npm run bench -- [--only stages,days,s3] [--corpus big,tiny,multi] [--rate 0.02,2,20,100] [--rounds 3] [--ours]
npm run bench -- --must-hold [--part ${Object.keys(claimParts).join()}] [--rounds 5]
  --only       these parts alone       --corpus, --rate  only these days
  --rounds     rounds that count       --ours            iot-log alone, without its peers
  --must-hold  measures every claim; ends with 1 when one does not hold
  --no-save    writes nothing to bench/results`

const { values, numberOf, namesOf } = readOptions(usage, {
  only: { type: 'string', default: 'stages,days,s3' },
  corpus: { type: 'string', default: 'big,tiny,multi' },
  rate: { type: 'string', default: '0.02,2,20,100' },
  rounds: { type: 'string' },
  ours: { type: 'boolean', default: false },
  'must-hold': { type: 'boolean', default: false },
  part: { type: 'string', default: Object.keys(claimParts).join() },
  save: { type: 'boolean', default: true }
})
const mustHold = values['must-hold']
const rounds = values.rounds === undefined ? (mustHold ? 5 : 3) : numberOf('rounds', 1)
const chosen = {
  only: namesOf('only', ['stages', 'days', 's3']),
  corpora: namesOf('corpus', ['big', 'tiny', 'multi']),
  rates: namesOf('rate', ['0.02', '2', '20', '100']),
  parts: namesOf('part', Object.keys(claimParts))
}
await run()

async function run(): Promise<void> {
  const results = beginResults(mustHold ? 'must-hold' : 'bench')
  console.log(`${results.date}, ${machineText(results.machine)}, commit ${results.commit}`)
  buildProgram()
  if (!hasAddOn()) console.log('Without the native add-on (npm run build:native)')
  const sections = await (mustHold ? checkClaims() : benchAll())
  if (!values.save) return
  const all = { ...results, sections }
  console.log(['', saveResults(all), ...plotResults(all)].join('\nWrote ').trim())
}

async function benchAll(): Promise<Section[]> {
  const { only, corpora, rates } = chosen
  const sections: Section[] = []
  const show = (section: Section): void => {
    sections.push(section)
    console.log(sectionText(section))
  }
  if (only.includes('stages')) for await (const section of benchStages(rounds)) show(section)
  if (only.includes('days')) {
    const days = dayCases.filter(({ corpus, rate }) => corpora.some((one) => one === corpus) && rates.includes(rate))
    for (const day of days) show(await benchDay(day, rounds, !values.ours))
  }
  if (only.includes('s3')) {
    const served = (['big', 'tiny'] as const).filter((corpus) => corpora.includes(corpus))
    for (const corpus of served) show(await benchFromS3(corpus, rounds, !values.ours))
  }
  return sections
}

async function checkClaims(): Promise<Section[]> {
  const claims: Claim[] = []
  for (const part of chosen.parts) {
    const some = await claimParts[part]!(rounds)
    console.log(sectionText(claimSection(some)))
    claims.push(...some)
  }
  const broken = claims.filter((claim) => !isHeld(claim))
  for (const { claim } of broken) console.log(`DOES NOT HOLD: ${claim}`)
  process.exitCode = broken.length === 0 ? 0 : 1
  return [claimSection(claims)]
}
