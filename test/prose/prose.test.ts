import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { repository } from '../support/run-cli.ts'
import { countWords, readProse } from './sentences.ts'

/*
 * Plain English, as CONTRIBUTING.md asks for it: short sentences and the field's words.
 */

/** Phrases that make readers read twice, with what to write. CONTRIBUTING.md explains them. */
const banned: readonly (readonly [RegExp, string])[] = [
  [/\bunless told\b/i, 'default'],
  [/\bwhoever|whosoever/i, 'name the actor or the thing'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\banew\b/i, 'again'],
  [/\b(?:lay|lays|laid|laying) aside\b/i, 'dead-letter queue'],
  [/\b(?:of which nothing|thereof|befalls?|befell|befallen|be it|begins? anew|gives out)\b/i, 'say it directly'],
  [/\b(?:somebody|nobody) (?:is|has|asks|must|can|waits|works|else)\b/i, 'name the actor']
]
const mostWords = 40
const mostWordsOnAverage = 16

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: repository, encoding: 'utf8' }).split('\0').slice(0, -1)
const textOf = (path: string): string => readFileSync(join(repository, path), 'utf8')
const documents = tracked.filter((path) => path.endsWith('.md') && !path.startsWith('test/data/'))
const tests = tracked.filter((path) => /^(?:test|bench)\/(?!data|prose).*\.(?:ts|js)$/.test(path))
/** Places of banned phrases: `path:line: phrase (write …)`. */
function bannedIn(path: string): string[] {
  return textOf(path)
    .split('\n')
    .flatMap((line, at) =>
      banned.flatMap(([phrase, instead]) => {
        const found = phrase.exec(line)
        return found ? [`${path}:${at + 1}: ${found[0]} (write: ${instead})`] : []
      })
    )
}

it('tests and benchmarks hold no banned phrase', () => assert.deepEqual(tests.flatMap(bannedIn), []))

describe('the documents', () => {
  it('hold no banned phrase', () => assert.deepEqual(documents.flatMap(bannedIn), []))

  it(`have no sentence of more than ${mostWords} words`, () => {
    const long = documents.flatMap((path) => {
      const { sentences, fragments } = readProse(textOf(path))
      return [...sentences, ...fragments]
        .filter((sentence) => countWords(sentence) > mostWords)
        .map((sentence) => `${path}: ${countWords(sentence)} words: ${sentence}`)
    })
    assert.deepEqual(long, [])
  })

  for (const path of documents) {
    it(`need at most ${mostWordsOnAverage} words a sentence on average: ${path}`, () => {
      const { sentences } = readProse(textOf(path))
      const words = sentences.reduce((sum, sentence) => sum + countWords(sentence), 0)
      const average = words / Math.max(1, sentences.length)
      assert.ok(average <= mostWordsOnAverage, `${average.toFixed(1)} words a sentence`)
    })
  }

  it('refer only to files that the repository has', () => {
    const dead = documents.flatMap((path) =>
      [...textOf(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, target]) => join(dirname(path), target!))
        .filter((target) => !existsSync(join(repository, target)))
        .map((target) => `${path}: ${target}`)
    )
    assert.deepEqual(dead, [])
  })
})

describe('reading prose', () => {
  it('splits sentences, counts inline code as one word, and leaves out code blocks and headings', () => {
    const markdown =
      '# Title of it\n\nRun `npm run a b`. It works.\n\n```sh\nnot. prose\n```\n- An item\n- Another. Two.\n\n| a cell | b |\n'
    assert.deepEqual(readProse(markdown), {
      sentences: ['Run code.', 'It works.', 'An item', 'Another.', 'Two.'],
      fragments: ['a cell', 'b']
    })
  })
})
