import { closeSync, copyFileSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type BatchHeader, emptied, headerBytes, readHeader } from './record-batch.ts'

/** A batch in a replica's log; `folder` is the partition's, `segment` the file's name, `position` in bytes. */
export type Found = { folder: string; segment: string; position: number; header: BatchHeader; batch: Buffer }

/**
 * Looks through a partition's log for the batch that holds an offset; the broker may go on writing at its end.
 *
 * @returns undefined when there is none: it was never written, deleted or compacted away
 */
export function findBatch(folder: string, offset: bigint): Found | undefined {
  if (!existsSync(folder)) return undefined
  const segment = readdirSync(folder).filter((name) => /^\d{20}\.log$/.test(name)).sort().findLast((name) => BigInt(name.slice(0, 20)) <= offset)
  if (!segment) return undefined
  const file = openSync(join(folder, segment), 'r')
  try {
    const { size } = fstatSync(file)
    for (let position = 0; position + headerBytes <= size; ) {
      const header = readHeader(readAt(file, position, headerBytes))
      if (header.bytes < headerBytes || position + header.bytes > size) return undefined
      if (header.lastOffset >= offset) return header.baseOffset > offset ? undefined : { folder, segment, position, header, batch: readAt(file, position, header.bytes) }
      position += header.bytes
    }
    return undefined
  } finally {
    closeSync(file)
  }
}

/**
 * Takes the records out of a batch in the log of a broker that does not run; the broker makes the segment's indexes anew
 * when it starts. The segment is whole at every moment: it is replaced at once.
 */
export function emptyBatch({ folder, segment, position, batch }: Found): void {
  const file = join(folder, segment)
  const next = `${file}.quarantine`
  copyFileSync(file, next)
  const target = openSync(next, 'r+')
  try {
    const header = emptied(batch)
    writeSync(target, header, 0, header.length, position)
    let [from, to] = [position + batch.length, position + header.length]
    for (let rest = readAt(target, from, 1 << 20); rest.length > 0; rest = readAt(target, from, 1 << 20)) {
      writeSync(target, rest, 0, rest.length, to)
      from += rest.length
      to += rest.length
    }
    ftruncateSync(target, to)
    fsyncSync(target)
  } finally {
    closeSync(target)
  }
  for (const suffix of ['.index', '.timeindex']) rmSync(file.replace(/\.log$/, suffix), { force: true })
  renameSync(next, file)
}

function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length)
  return buffer.subarray(0, readSync(file, buffer, 0, length, position))
}
