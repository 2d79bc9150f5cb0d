import { basename } from 'node:path'
import { checkProduct, type Defect, type Product } from '../../clients/product.ts'
import type { RawRecord } from './records.ts'

/** The key a record is to be sent with, or why it isn't sent. */
export type Checked = { id: string } | Defect

/** A record that is sent only if it is a product. */
export function checked({ bytes, defect }: RawRecord): Checked {
  const result = defect ?? checkProduct(bytes)
  return 'product' in result ? { id: idOf(result.product) } : result
}

const idOf = ({ product_id }: Product) => product_id
const ID = /"product_id"\s*:\s*("(?:[^"\\]|\\.)*")/

/**
 * A record that is sent as it is, whatever it is. Its key is what looks like its product_id, else `file:line`.
 * Only what Kafka can't take is refused: what is too large, and a defect of the file's layout, which has no bytes.
 */
export function unchecked({ bytes, defect, line }: RawRecord, file: string): Checked {
  if (bytes.length === 0 && defect) return defect
  const found = ID.exec(bytes.toString())?.[1]
  return { id: (found && textOf(found)) || `${basename(file)}:${line}` }
}

function textOf(json: string): string | undefined {
  try {
    const text: unknown = JSON.parse(json)
    return typeof text === 'string' && text.length <= 200 ? text : undefined
  } catch {
    return undefined
  }
}
