/** What a reader meets in a Markdown text: sentences of its paragraphs, and fragments (table cells), as plain words. */
export interface Prose {
  readonly sentences: readonly string[]
  readonly fragments: readonly string[]
}

/** Splits Markdown into sentences. Code blocks, headings, HTML and images are left out; inline code is one word. */
export function readProse(markdown: string): Prose {
  const text = markdown.replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, '\n').replace(/<!--[\s\S]*?-->/g, '')
  const sentences: string[] = []
  const fragments: string[] = []
  for (const block of text.split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.|\||#|>)\s?)/)) {
    const lines = block.trim()
    if (lines === '' || /^(#|<|!\[| {4})/.test(block.replace(/^\n+/, ''))) continue
    if (lines.startsWith('|')) {
      const cells = lines.split(/(?<!\\)\|/).map((cell) => plainText(cell))
      fragments.push(...cells.flatMap(splitSentences))
    } else sentences.push(...splitSentences(plainText(lines.replace(/^(?:[-*+>]|\d+\.)\s+/, ''))))
  }
  return { sentences, fragments }
}

/** The number of words: whatever stands between spaces and holds a letter or digit. */
export function countWords(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

const plainText = (markdown: string): string =>
  markdown
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/`[^`]*`/g, 'code')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<https?:[^>]*>/g, 'link')
    .replace(/[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}/g, '')
    .replace(/\s+/g, ' ')
    .trim()

const splitSentences = (text: string): string[] =>
  text.split(/(?<=[.!?][)"”]?)\s+(?=[\p{Lu}\p{N}"“(]|code\b)/u).filter((sentence) => countWords(sentence) > 0)
