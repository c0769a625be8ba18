/**
 * An element with properties, `class`, `data-…` and other attributes, and children. Text is always text.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `onX` listens
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else node.setAttribute(name, value === true ? '' : String(value))
  }
  node.append(...children)
  return node
}

/** Sends what a person does; gives the answer, or an `error`. */
export async function act(what, input) {
  try {
    const body = JSON.stringify(input)
    const answer = await fetch(`/act/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body
    })
    return await answer.json()
  } catch {
    return { error: 'The local system does not answer.' }
  }
}
