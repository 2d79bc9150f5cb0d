/** What analyses must survive: values of events that are none, some not even text. */
const values = [
  Buffer.from('{"event_id": '),
  Buffer.from('[]'),
  Buffer.from('{"event_id":"x","type":"view","user_id":"","at":"yesterday","product_id":7}'),
  Buffer.from('{"type":"teleport","user_id":"анна","at":"2026-01-01T00:00:00Z"}'),
  Buffer.from([0x7b, 0xc3, 0x28, 0x7d]),
  Buffer.alloc(0),
]

/** So many records that are no events: unfinished JSON, wrong fields, unknown types, no UTF-8, nothing. */
export function malformed(count: number): { key: string; value: Buffer }[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `malformed-${index + 1}`,
    value: values[index % values.length] as Buffer,
  }))
}
