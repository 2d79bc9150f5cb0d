import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openSource } from '../../apps/shop-api/source.ts'
import { UsageError } from '../../clients/errors.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'товары и $(x) '))
})
after(() => rm(folder, { recursive: true }))

async function read(content: string | Buffer): Promise<unknown[]> {
  const file = join(folder, "прайс 'лист'; $HOME.json")
  await writeFile(file, content)
  const source = await openSource(file)
  const found: unknown[] = []
  for await (const records of source.records())
    for (const { line, bytes, defect } of records) found.push([line, defect?.reason ?? bytes.toString()])
  assert.equal(source.position() > 0 || content.length === 0, true)
  await source.close()
  return found
}

const refused = (code: string, hint: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UsageError, String(error))
  assert.equal(error.code, code)
  assert.match(error.hint, hint)
  assert.match(error.message, /expected .*(found|got)/)
  return true
}

describe('a product file', () => {
  it('is read as an array, as lines or as products over several lines, whichever it is', async () => {
    assert.deepEqual(await read(' \n[{"a":1},\n{"b":2}]'), [[2, '{"a":1}'], [3, '{"b":2}']])
    assert.deepEqual(await read('\n{"a":1}\n{"b":2}'), [[2, '{"a":1}'], [3, '{"b":2}']])
    assert.deepEqual(await read('{\n "a": 1\n}\n{\n "b": 2\n}'), [[1, '{\n "a": 1\n}'], [4, '{\n "b": 2\n}']])
    assert.deepEqual(await read('{"a":\n{"b":2}\n'), [[1, '{"a":'], [2, '{"b":2}']])
    assert.deepEqual(await read('{"a":1}'), [[1, '{"a":1}']])
    assert.deepEqual(await read('product_id;name\n1;часы'), [[1, 'product_id;name'], [2, '1;часы']])
  })

  it('may begin with a byte order mark', async () => {
    assert.deepEqual(await read('\ufeff[{"a":1}]'), [[1, '{"a":1}']])
    assert.deepEqual(await read('\ufeff{"a":1}\r\n{"b":2}\r\n'), [[1, '{"a":1}'], [2, '{"b":2}']])
  })

  it('in UTF-16 is refused with the command that converts it', async () => {
    const bytes = Buffer.from('\ufeff[]', 'utf16le')
    await assert.rejects(read(bytes), refused('FILE_NOT_UTF8', /iconv -f UTF-16 -t UTF-8 '.*'/))
  })

  it('keeps bytes that are not UTF-8 for the check of the record', async () => {
    assert.deepEqual(await read(Buffer.from([0x7b, 0xff, 0x7d, 0x0a])), [[1, '{\ufffd}']])
  })

  it('is refused when it is empty, a folder, missing or beneath a file', async () => {
    await assert.rejects(read(''), refused('FILE_EMPTY', /task shop/))
    await assert.rejects(read(' \r\n\n'), refused('FILE_EMPTY', /task shop/))
    await assert.rejects(openSource(folder), refused('FILE_IS_FOLDER', /ls -l/))
    await assert.rejects(openSource(join(folder, 'нет такого')), refused('FILE_MISSING', /ls -l '.*товары и \$\(x\)/))
    await writeFile(join(folder, 'file'), '[]')
    await assert.rejects(openSource(join(folder, 'file', 'x')), refused('FILE_MISSING', /ls -l/))
    await assert.rejects(openSource(join(folder, 'x'.repeat(300))), refused('FILE_UNREADABLE', /ls -l/))
  })

  it('that is a pipe is read as it comes', async () => {
    const pipe = join(folder, 'pipe')
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0)
    const opening = openSource(pipe)
    const writer = await open(pipe, 'w')
    await writer.write('{"a"')
    await writer.write(':1}\n')
    const source = await opening
    const records = source.records()
    assert.equal((await records.next()).value[0].bytes.toString(), '{"a":1}')
    await writer.write('{"b":2}')
    await writer.close()
    const rest: string[] = []
    for await (const chunk of records) rest.push(...chunk.map(({ bytes }) => bytes.toString()))
    assert.deepEqual(rest, ['{"b":2}'])
    await source.close()
  })
})

describe('a large product file', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void

  for (const [layout, begin, between, end] of [['an array', '[\n', ',\n', '\n]'], ['lines', '', '\n', '\n']] as const)
    it(`as ${layout} is read in memory that does not grow with it`, async () => {
      await mkdir(join(folder, 'large'), { recursive: true })
      const file = join(folder, 'large', 'products.json')
      const record = JSON.stringify({ product_id: 'x', description: 'я'.repeat(500) })
      const count = 100_000
      const writer = await open(file, 'w')
      await writer.write(begin)
      const thousand = Array<string>(1_000).fill(record).join(between)
      for (let at = 1_000; at <= count; at += 1_000) await writer.write(thousand + (at < count ? between : end))
      await writer.close()

      const source = await openSource(file)
      let [records, chunks, most, base] = [0, 0, 0, 0]
      for await (const chunk of source.records()) {
        records += chunk.length
        if (chunks++ % 20 > 0) continue
        collect()
        const { heapUsed, arrayBuffers } = process.memoryUsage()
        base ||= heapUsed + arrayBuffers
        most = Math.max(most, heapUsed + arrayBuffers - base)
      }
      await source.close()
      assert.equal(records, count)
      assert.ok(most < source.size / 4, `grew by ${most} bytes over ${source.size}`)
    })
})
