import { basename } from 'node:path'
import { isIdentifier } from '../identifier.ts'
import type { Defect } from '../document.ts'
import { checkProduct, isReserved, MAX_PRODUCT_BYTES, reserved, tooLarge } from '../product.ts'
import { foreign, type Sending } from '../stores.ts'
import { compact } from './compact.ts'
import type { RawRecord } from './records.ts'

/** What a record is to be sent as, and its key; or why it isn't sent. */
export type Admitted = { id: string; bytes: Buffer } | Defect

/**
 * A record that is let in only if it is a product, as one line; ids of monitoring's own are not for shops.
 *
 * @param as who sends: products of other stores are refused
 */
export function admitted({ bytes, defect }: RawRecord, as?: Sending): Admitted {
  if (defect) return defect
  // the limit is on what is sent, and a defect is told of what stands in the file
  const result = checkProduct(bytes.length > MAX_PRODUCT_BYTES ? compact(bytes) : bytes)
  if ('reason' in result) return result
  const id = result.product.product_id
  const refused = isReserved(id) ? reserved(id) : as && foreign(as, result.product.store_id)
  return refused ?? { id, bytes: compact(bytes) }
}

const ID = /"product_id"\s*:\s*("(?:[^"\\]|\\.)*")/

/**
 * A record that is let in as it is, whatever it is. Its key is what looks like its product_id, else `file:line`.
 * Only what Kafka can't take is refused, what is too large, and a defect of the file's layout, which has no bytes; and
 * what would disturb monitoring.
 */
export function unchecked(record: RawRecord, file: string): Admitted {
  const { bytes, defect, line } = record
  if (bytes.length === 0 && defect) return defect
  const good = admitted(record)
  if ('id' in good) return good
  if (bytes.length > MAX_PRODUCT_BYTES) return tooLarge(bytes.length)
  const found = ID.exec(bytes.toString())?.[1]
  const id = found && textOf(found)
  if (id && isReserved(id)) return reserved(id)
  return { id: id || `${basename(file)}:${line}`, bytes }
}

function textOf(json: string): string | undefined {
  try {
    const text: unknown = JSON.parse(json)
    return typeof text === 'string' && isIdentifier(text) ? text : undefined
  } catch {
    return undefined
  }
}
