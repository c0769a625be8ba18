/*
 * Runs in the page: everything on the screen that can't be read or pressed on a phone, each as a line of text.
 */

const leastFontPixels = 12
const leastTargetPixels = 32
const targets = 'button, .button, select, textarea, input:not([type=checkbox], [type=radio]), .choice'

globalThis.findIllegible = () => {
  const root = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body
  const seen = [root, ...root.querySelectorAll('*')].filter(isSeen)
  const { scrollWidth, clientWidth } = document.documentElement
  return [
    ...(scrollWidth > clientWidth ? [`The page is ${scrollWidth} px wide, the screen ${clientWidth}`] : []),
    ...seen.flatMap((node) => [...textProblems(node), ...overflowProblems(node), ...targetProblems(node)])
  ]
}

/** What is there for those who hear a page has no size to speak of. */
function isSeen(node) {
  const { width, height } = node.getBoundingClientRect()
  return node.checkVisibility({ visibilityProperty: true }) && (width > 1 || height > 1) && !node.closest('.unseen')
}

function textProblems(node) {
  const texts = [...node.childNodes].filter(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim() !== '')
  if (texts.length === 0) return []
  const size = Number.parseFloat(getComputedStyle(node).fontSize)
  const range = document.createRange()
  const isOutside = texts.some((text) => {
    range.selectNodeContents(text)
    return [...range.getClientRects()].some(({ left, right }) => left < 0 || right > innerWidth)
  })
  return [
    ...(size < leastFontPixels ? [`${nameOf(node)} is written in ${size} px`] : []),
    ...(isOutside && node.tagName !== 'OPTION' ? [`${nameOf(node)} is partly beside the screen`] : [])
  ]
}

/** Text that does not fit into its box is cut off, or has to be pushed about to be read. */
function overflowProblems(node) {
  const style = getComputedStyle(node)
  const { clientWidth, clientHeight, scrollWidth, scrollHeight } = node
  const room = clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight)
  if (node.tagName === 'SELECT') {
    const wanted = widthOf(node.selectedOptions[0]?.text ?? '', style)
    return wanted > room ? [`${nameOf(node)} has ${Math.round(room)} px for ${Math.round(wanted)} px of text`] : []
  }
  if (node.placeholder && node.value === '' && widthOf(node.placeholder, style) > room + 1) {
    return [`The placeholder of ${nameOf(node)} is cut off: ${node.placeholder}`]
  }
  const isCutAcross = style.overflowX !== 'visible' && scrollWidth > clientWidth
  const isCutBelow = /hidden|clip/.test(style.overflowY) && scrollHeight > clientHeight
  return isCutAcross || isCutBelow ? [`${nameOf(node)} is cut off`] : []
}

function targetProblems(node) {
  if (!node.matches(targets)) return []
  const { width, height } = node.getBoundingClientRect()
  const isLarge = height >= leastTargetPixels && width >= leastTargetPixels
  return isLarge ? [] : [`${nameOf(node)} is only ${Math.round(width)} by ${Math.round(height)} px to press`]
}

function widthOf(text, style) {
  const pen = document.createElement('canvas').getContext('2d')
  pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
  return pen.measureText(text).width
}

const nameOf = (node) =>
  `<${node.tagName.toLowerCase()} class="${node.className}"> ${(node.textContent ?? '').slice(0, 40)}`
