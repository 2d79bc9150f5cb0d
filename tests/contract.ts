import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A shape of docs/json.md: a list, named fields, or anything. */
type Shape = { list: Shape } | { fields: Map<string, { shape: Shape; optional: boolean }> } | 'anything'

/** The shapes of docs/json.md, by command. */
export function documentedShapes(root: string): Map<string, Shape> {
  const lines = readFileSync(join(root, 'docs', 'json.md'), 'utf8').split('\n')
  return new Map(lines.flatMap((line) => [...line.matchAll(/^\| `([a-z ]+)` \| (?:lines of )?`([^`]+)`/g)].map(([, command = '', shape = '']): [string, Shape] => [command, parsed(shape)])))
}

function parsed(text: string): Shape {
  const tokens = text.match(/[\w-]+|[{}[\],:?]/g) ?? []
  let at = 0
  const taken = (token: string) => tokens[at] === token && (at++, true)
  const shape = (): Shape => {
    if (taken('[')) {
      const list = taken(']') ? 'anything' : shape()
      taken(']')
      return { list }
    }
    if (!taken('{')) return 'anything'
    const fields = new Map<string, { shape: Shape; optional: boolean }>()
    while (!taken('}')) {
      const name = tokens[at++]
      assert.ok(name, `unfinished: ${text}`)
      const optional = taken('?')
      fields.set(name, { shape: taken(':') ? shape() : 'anything', optional })
      taken(',')
    }
    return fields.size === 0 ? 'anything' : { fields }
  }
  return shape()
}

/** Fails where a value differs from its documented shape: a field that is missing, or that nobody has written down. */
export function conforms(shape: Shape | undefined, value: unknown, what: string): void {
  assert.ok(shape, `${what} is not in docs/json.md`)
  if (shape === 'anything') return
  if ('list' in shape) {
    assert.ok(Array.isArray(value), `${what}: expected a list`)
    for (const [index, item] of value.entries()) conforms(shape.list, item, `${what}[${index}]`)
    return
  }
  assert.ok(value !== null && typeof value === 'object', `${what}: expected an object, got ${JSON.stringify(value)}`)
  const given = new Map(Object.entries(value))
  assert.deepEqual([...given.keys()].filter((name) => !shape.fields.has(name)), [], `${what}: not documented`)
  for (const [name, field] of shape.fields)
    if (given.has(name)) conforms(field.shape, given.get(name), `${what}.${name}`)
    else assert.ok(field.optional, `${what}: ${name} is missing`)
}
