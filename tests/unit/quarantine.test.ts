import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { emptyBatch, findBatch } from '../../tasks/lib/log-segment.ts'
import { crc32c, emptied, readHeader, readRecords } from '../../tasks/lib/record-batch.ts'

const folder = mkdtempSync(join(tmpdir(), 'vygodno-quarantine-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A batch as a broker keeps it; `codec` 1 is gzip. */
function batch(baseOffset: number, records: number, payload: Buffer, codec = 0): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(61), payload])
  bytes.writeBigInt64BE(BigInt(baseOffset), 0)
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeInt32BE(7, 12)
  bytes.writeInt8(2, 16)
  // transactional
  bytes.writeInt16BE(codec | 16, 21)
  bytes.writeInt32BE(records - 1, 23)
  bytes.writeBigInt64BE(4711n, 43)
  bytes.writeInt32BE(records, 57)
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}
const small = (index: number, key: string) => Buffer.from([2 * (7 + key.length), 0, 0, 2 * index, 2 * key.length, ...Buffer.from(key), 2, 32, 0])

test('CRC-32C is that of RFC 3720', () => assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283))

test('a batch without its records keeps its offsets, its producer and its place in a transaction', () => {
  const before = batch(40, 3, Buffer.from('whatever'), 1)
  const after = emptied(before)
  assert.deepEqual(readHeader(after), { ...readHeader(before), bytes: 61, codec: 'none', records: 0 })
  assert.equal(after.readUInt32BE(17), crc32c(after.subarray(21)))
  assert.equal(after.readInt16BE(21), 16)
  assert.deepEqual(after.subarray(43, 57), before.subarray(43, 57))
})

test('of a partition, that batch alone is emptied; others stay to the byte, indexes are left to the broker', () => {
  const batches = [batch(10, 2, Buffer.alloc(100, 1)), batch(12, 1, Buffer.alloc(1_500_000, 2)), batch(13, 5, Buffer.alloc(2_500_000, 3))] as const
  const [older, file] = [`${'0'.repeat(20)}.log`, `${'0'.repeat(18)}10.log`]
  writeFileSync(join(folder, older), batch(0, 9, Buffer.alloc(10)))
  writeFileSync(join(folder, file), Buffer.concat(batches))
  for (const name of [older, file]) for (const suffix of ['.index', '.timeindex']) writeFileSync(join(folder, name.replace('.log', suffix)), '')
  assert.equal(findBatch(folder, 9n), undefined)
  assert.equal(findBatch(folder, 18n), undefined)
  assert.equal(findBatch(join(folder, 'none'), 0n), undefined)
  for (const offset of [13n, 17n]) assert.equal(findBatch(folder, offset)?.header.baseOffset, 13n)
  const found = findBatch(folder, 12n)
  assert.ok(found && found.batch.equals(batches[1]))
  emptyBatch(found)
  assert.ok(readFileSync(join(folder, file)).equals(Buffer.concat([batches[0], emptied(batches[1]), batches[2]])))
  assert.equal(findBatch(folder, 12n)?.header.records, 0)
  assert.deepEqual(readdirSync(folder).sort(), [`${'0'.repeat(20)}.index`, older, `${'0'.repeat(20)}.timeindex`, file])
})

test('what a batch holds is read as far as it can be without making much of it', async () => {
  const two = Buffer.concat([small(0, 'a'), small(1, 'b')])
  const expected = [{ offset: '5', key: 'a', bytes: 8 }, { offset: '6', key: 'b', bytes: 8 }]
  assert.deepEqual(await readRecords(batch(5, 2, two)), expected)
  assert.deepEqual(await readRecords(batch(5, 2, gzipSync(two), 1)), expected)
  assert.deepEqual(await readRecords(batch(5, 2, Buffer.from('no gzip'), 1)), [])
  assert.deepEqual(await readRecords(batch(5, 2, two, 4)), [])
  // a record of 64 MiB that says so, and one behind it
  const bytes = 64 << 20
  const head = Buffer.from([128 | ((bytes * 2) & 127), 128 | ((bytes >> 6) & 127), 128 | ((bytes >> 13) & 127), (bytes >> 20) & 127, 0, 0, 0, 2, 97])
  const bomb = gzipSync(Buffer.concat([head, Buffer.alloc(bytes, ' '), small(1, 'b')]))
  const before = process.memoryUsage().arrayBuffers
  assert.deepEqual(await readRecords(batch(5, 2, bomb, 1)), [{ offset: '5', key: 'a', bytes }])
  assert.ok(process.memoryUsage().arrayBuffers - before < 8 << 20)
})
