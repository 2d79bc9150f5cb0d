import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ArraySplitter } from '../../clients/product-file/array.ts'
import { lineSplitter } from '../../clients/product-file/json-lines.ts'
import type { RawRecord, Splitter } from '../../clients/product-file/records.ts'

/** The records of a text as [line, text] or [line, reason], read in chunks of so many bytes. */
function cut(make: () => Splitter, text: string | Buffer, size: number) {
  const splitter = make()
  const bytes = Buffer.from(text)
  const records: RawRecord[] = []
  for (let at = 0; at < bytes.length; at += size) records.push(...splitter.push(bytes.subarray(at, at + size)))
  records.push(...splitter.end())
  const shown = ({ bytes: own, defect }: RawRecord) => (defect ? `! ${defect.reason} ${defect.detail}` : own.toString())
  return records.map((record) => [record.line, shown(record)])
}

/** How a text is cut is the same wherever its chunks end. */
function everyWay(make: () => Splitter, text: string | Buffer) {
  const whole = cut(make, text, 1e9)
  for (const size of [1, 2, 3, 7, 64]) assert.deepEqual(cut(make, text, size), whole, `chunks of ${size}`)
  return whole
}

const array = () => new ArraySplitter()
const bare = () => new ArraySplitter('bare')

describe('JSON lines', () => {
  it('are cut at LF and CRLF; blank lines count as lines only', () => {
    assert.deepEqual(everyWay(lineSplitter, '{"a":1}\r\n\r\n  \n{"b":"я"}\n{"c":3}'), [
      [1, '{"a":1}'],
      [4, '{"b":"я"}'],
      [5, '{"c":3}'],
    ])
  })

  it('show nothing of a line that is too large but where it is and how large', () => {
    const text = `{"a":1}\n"${'x'.repeat(5_000_000)}"\n{"b":2}\n`
    assert.deepEqual(cut(lineSplitter, text, 65_536), [
      [1, '{"a":1}'],
      [2, '! too-large expected at most 1000000 bytes, got 5000002'],
      [3, '{"b":2}'],
    ])
  })
})

describe('a JSON array', () => {
  it('is cut into its elements as they stand, each with its line', () => {
    const text = '\r\n[\n  {"a": [1, {"]": "},{"}]},\n\n  {\n    "b": "\\"[\\\\"\n  }, {"c": {}}\n]\n'
    assert.deepEqual(everyWay(array, text), [
      [3, '{"a": [1, {"]": "},{"}]}'],
      [5, '{\n    "b": "\\"[\\\\"\n  }'],
      [7, '{"c": {}}'],
    ])
    assert.deepEqual(everyWay(array, '[]'), [])
    assert.deepEqual(everyWay(array, '[{"a":1},{"b":2}]'), [[1, '{"a":1}'], [1, '{"b":2}']])
  })

  it('may hold what is no object; that does not disturb the others', () => {
    assert.deepEqual(everyWay(array, '[null, 12 ,\n"a,]{", [1,2], nonsense here\n, {"b":2}]'), [
      [1, 'null'],
      [1, '12'],
      [2, '"a,]{"'],
      [2, '[1,2]'],
      [2, 'nonsense here'],
      [3, '{"b":2}'],
    ])
  })

  it('is gone on with after a record whose brackets or quotes do not match', () => {
    const good = '  {\n    "id": 1\n  }'
    const next = '  {\n    "id": 9,\n    "in": {\n      "x": 1\n    }\n  }'
    const broken = [
      '  {\n    "id": 2,\n    "in": {"x": 1\n  }',
      '  {\n    "id": 2\n',
      '  {\n    "id": "2\n  }',
      '  {\n    "id: 2",\n    "x": "y"\n  }',
      '  {\n    "in": [1, 2}\n  }',
      '  {\n    "id": 2, {"x"\n  }',
    ]
    for (const bad of broken) {
      const found = everyWay(array, `[\n${good},\n${bad},\n${next},\n${good}\n]\n`)
      const after = 5 + bad.split('\n').length
      const trimmed = bad.trim()
      assert.deepEqual(found, [[2, good.trim()], [5, trimmed], [after, next.trim()], [after + 6, good.trim()]], bad)
      const soon = new ArraySplitter().push(Buffer.from(`[\n${good},\n${bad},\n${next},\n${good}`))
      assert.equal(soon.length, 4, `without waiting for the end of the file: ${bad}`)
    }
  })

  it('with one record a line is gone on with in the next line', () => {
    assert.deepEqual(everyWay(array, '[\n{"a": 1},\n{"a": {"b": 2},\n{"a": "3},\n{"a": 4}\n]'), [
      [2, '{"a": 1}'],
      [3, '{"a": {"b": 2}'],
      [4, '{"a": "3}'],
      [5, '{"a": 4}'],
    ])
  })

  it('that was cut off keeps what is whole and says where it was cut', () => {
    const end =
      '! not-json expected a record that ends, got the end of the file: what follows here cannot be told apart'
    assert.deepEqual(everyWay(array, '[\n  {"a": 1},\n  {"b": [2,'), [[2, '{"a": 1}'], [3, end]])
    assert.deepEqual(everyWay(array, '[\n  {"a": 1},\n  {"b": "2'), [[2, '{"a": 1}'], [3, end]])
    const noBracket = '! not-json expected "]" after the last record, got the end of the file'
    assert.deepEqual(everyWay(array, '[\n  {"a": 1},\n'), [[2, '{"a": 1}'], [3, noBracket]])
  })

  it('that was cut off behind a broken record gives what can be told apart', () => {
    assert.deepEqual(cut(array, '[\n {"a": 1},\n {"b": 2\n {"c": 3}', 1e9), [
      [2, '{"a": 1}'],
      [3, '{"b": 2'],
      [4, '{"c": 3}'],
      [4, '! not-json expected "]" after the last record, got the end of the file'],
    ])
  })

  it('reports commas too few or too many, and text behind the array', () => {
    assert.deepEqual(everyWay(array, '[{"a":1} {"b":2},,\n{"c":3}]\n[{"d":4}] {"e":5}'), [
      [1, '{"a":1}'],
      [1, '! not-json expected "," between records, got none'],
      [1, '{"b":2}'],
      [1, '! not-json expected a record, got ","'],
      [2, '{"c":3}'],
      [3, '! not-json expected the end of the file after the array, got "["'],
      [3, '{"d":4}'],
      [3, '! not-json expected the end of the file after the array, got "{"'],
      [3, '{"e":5}'],
      [3, '! not-json expected "]" after the last record, got the end of the file'],
    ])
  })

  it('shows nothing of a record that is too large but where it is and how large', () => {
    const text = `[\n {"a": 1},\n {"x": "${'x'.repeat(5_000_000)}"},\n {"b": 2}\n]`
    assert.deepEqual(cut(array, text, 65_536), [
      [2, '{"a": 1}'],
      [3, '! too-large expected at most 1000000 bytes, got 5000009'],
      [4, '{"b": 2}'],
    ])
  })

  it('loses no record behind a broken one of several megabytes', () => {
    for (const size of [5_000_000, 5_000_001, 5_000_002, 5_000_003]) {
      const text = `[\n {"a": 1},\n {"x": "${'x'.repeat(size)},\n {"b": 2},\n {"c": 3}\n]`
      const found = cut(array, text, 500_004)
      assert.deepEqual([found[2], found[3]], [[4, '{"b": 2}'], [5, '{"c": 3}']])
      assert.match(String(found[1]?.[1]), /^! too-large/)
    }
  })
})

describe('products over several lines without an array', () => {
  it('are cut where their braces close', () => {
    assert.deepEqual(everyWay(bare, '\n{\n  "a": 1\n}\n{\n  "b": 2\n}\n'), [
      [2, '{\n  "a": 1\n}'],
      [5, '{\n  "b": 2\n}'],
    ])
  })
})
