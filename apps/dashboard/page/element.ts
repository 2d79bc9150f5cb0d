type Attributes = Record<string, string | (() => void)>

/** Makes an element; text becomes text, never markup. Attributes that are functions are listeners. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === 'string') made.setAttribute(name, value)
    else made.addEventListener(name, value)
  made.append(...children)
  return made
}
