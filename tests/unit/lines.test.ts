import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { lines } from '../../clients/lines.ts'

/** The lines of a stream that comes in these chunks. */
async function cut(chunks: Buffer[]): Promise<string[]> {
  const found: string[] = []
  for await (const line of lines(Readable.from(chunks))) found.push(line)
  return found
}

test('a line ends at \\n and nowhere else, wherever the chunks end', async () => {
  const whole = ['a\u2028b\u2029c\u0085d\rя😀', '', '{"x":1}\r', 'no line end']
  const bytes = Buffer.from(whole.join('\n'))
  for (const size of [1, 2, 3, 5, 1_000]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
    assert.deepEqual(await cut(chunks), whole, `chunks of ${size}`)
  }
  assert.deepEqual(await cut([Buffer.from('one\n')]), ['one'])
  assert.deepEqual(await cut([]), [])
})

test('no program reads lines in another way', () => {
  const { root } = loadEnvironment({})
  const files = ['clients', 'apps', 'tasks', 'tests'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)),
  )
  assert.ok(files.length > 200)
  assert.deepEqual(files.filter((file) => /from '(node:)?[r]eadline/.test(readFileSync(join(root, file), 'utf8'))), [])
})
