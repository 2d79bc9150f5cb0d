import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { isIdentifier, isVisible, quoted } from '../../clients/identifier.ts'

const { unseen, cases } = z
  .object({
    unseen: z.array(z.tuple([z.string(), z.string()])),
    cases: z.array(z.object({ name: z.string(), text: z.string(), valid: z.boolean() })),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/identifier-cases.json'), 'utf8')))

const everyCharacter = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))

describe('an identifier agrees with the vectors shared with the product filter', () => {
  for (const { name, text, valid } of cases) it(name, () => assert.equal(isIdentifier(text), valid))

  it('every character is seen or unseen as the table has it', () => {
    const ranges = unseen.map(([first, last]) => [parseInt(first, 16), parseInt(last, 16)] as const)
    const wrong = everyCharacter.filter((char, code) => {
      const hidden = ranges.some(([first, last]) => code >= first && code <= last)
      return isIdentifier(`a${char}a`) === hidden || isVisible(char) === (hidden || char === ' ')
    })
    assert.deepEqual(wrong, [])
  })

  it('the table leaves out nothing that Unicode calls invisible, and no letter or digit', () => {
    const invisible = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u
    const wrong = everyCharacter.filter((char) => {
      if (invisible.test(char)) return !/\p{Cn}/u.test(char) && isVisible(char)
      return /[\p{L}\p{N}]/u.test(char) && !isVisible(char)
    })
    assert.deepEqual(wrong, [])
  })
})

it('what cannot be seen is written out in a message', () => {
  assert.equal(quoted('11\u00ad009 "\t\u{E0041}'), String.raw`"11\u00ad009 \"\t\udb40\udc41"`)
})
