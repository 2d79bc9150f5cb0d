import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { gzipSync } from 'node:zlib'
import { runInNewContext } from 'node:vm'
import { openSource } from '../../clients/product-file/source.ts'
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

  it('may hold the products in an object, among other things', async () => {
    assert.deepEqual(await read('\ufeff{"products":[{"a":1},\n{"b":2}]}'), [[1, '{"a":1}'], [2, '{"b":2}']])
    const around = '{\n "shop": {"products": [1], "x": "}"},\n "products" : [\n  {"a":\n1},\n  {"b":2}\n ],\n "total": {"of": [2]}\n}\n'
    assert.deepEqual(await read(around), [[4, '{"a":\n1}'], [6, '{"b":2}']])
    assert.deepEqual(await read('{"products":[]}'), [])
    assert.deepEqual(await read('{"products":[{"a":1}]'), [[1, '{"a":1}'], [1, 'not-json']])
    assert.deepEqual(await read('{"products":[{"a":1}]}\n{"b":2}'), [[1, '{"a":1}'], [2, 'not-json'], [2, '{"b":2}'], [2, 'not-json']])
    const product = '{"product_id":"1","products":[{"a":1}]}'
    assert.deepEqual(await read(product), [[1, product]])
  })

  it('in another encoding is refused once, with the command that converts it', async () => {
    const utf16 = Buffer.from('[{"name":"чай"}]', 'utf16le')
    const cases: [Buffer, string][] = [
      [Buffer.from('\ufeff[]', 'utf16le'), 'UTF-16'],
      [Buffer.from('\ufeff[]', 'utf16le').swap16(), 'UTF-16'],
      [utf16, 'UTF-16LE'],
      [Buffer.from(utf16).swap16(), 'UTF-16BE'],
      [Buffer.from([0xff, 0xfe, 0, 0, 0x5b, 0, 0, 0]), 'UTF-32'],
    ]
    for (const [encoding, label] of [['WINDOWS-1251', 'windows-1251'], ['KOI8-R', 'koi8-r'], ['CP866', 'ibm866']] as const) {
      const bytes = Array.from({ length: 256 }, (_, byte) => byte)
      const letters = new TextDecoder(label).decode(Buffer.from(bytes))
      cases.push([Buffer.from([...'[{"name":"Умные часы, новые"}]'].map((letter) => letters.indexOf(letter))), encoding])
    }
    for (const [bytes, encoding] of cases) await assert.rejects(read(bytes), refused('FILE_NOT_UTF8', new RegExp(`iconv -f ${encoding} -t UTF-8 '.*'`)), encoding)
  })

  it('that is compressed is refused with the command that unpacks it', async () => {
    await assert.rejects(read(gzipSync('[]')), refused('FILE_COMPRESSED', /gzip -dc '.*' > products-utf8.json/))
  })

  it('from standard input is the same', () => {
    const program = `const { openSource } = await import('./clients/product-file/source.ts'); for await (const chunk of (await openSource(process.argv[1])).records()) for (const { line, bytes } of chunk) console.log(line, String(bytes))`
    for (const name of ['-', '/dev/stdin']) {
      const run = (input: string | Buffer) => spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, '--', name], { cwd: join(import.meta.dirname, '../..'), input, encoding: 'utf8' })
      assert.equal(run('\n[{"a":1},\n{"b":2}]').stdout, '2 {"a":1}\n3 {"b":2}\n')
      assert.match(run(gzipSync('[]')).stderr, /FILE_COMPRESSED|compressed by gzip/)
    }
  })

  it('keeps bytes that are not UTF-8 for the check of the record', async () => {
    assert.deepEqual(await read(Buffer.from([0x7b, 0xff, 0x7d, 0x0a])), [[1, '{\ufffd}']])
  })

  it('is refused when it is empty, a folder, missing or beneath a file', async () => {
    await assert.rejects(read(''), refused('FILE_EMPTY', /less data/))
    await assert.rejects(read(' \r\n\n'), refused('FILE_EMPTY', /less data/))
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
