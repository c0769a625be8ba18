import type { SlackBlock } from '../../../../worker/report/slack/blocks.ts'

/** Blocks as a person reads them: markup taken away, buttons in brackets. */
export function readOnPhone(blocks: readonly SlackBlock[]): string {
  return blocks.map(readBlock).join('\n')
}

function readBlock(block: SlackBlock): string {
  switch (block.type) {
    case 'section':
      return readText(block.text.text)
    case 'context':
      return block.elements.map((element) => readText(element.text)).join('  ')
    case 'actions':
      return block.elements.map((button) => `[${button.text.text}]`).join(' ')
    case 'plan':
      return [`▾ ${block.title}`, ...block.tasks.map((task) => `  (${task.status}) ${task.title}`)].join('\n')
  }
}

function readText(text: string): string {
  return text
    .replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1')
    .replace(/<@(\w+)>/g, '@$1')
    .replace(/[*`]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
