import { z } from 'zod'

/** The connector that copies topics to the analytics cluster. */
export const copier = 'mirror-source'

/** A setting of the copier that is ours alone: MirrorMaker keeps offsets, which do not say of what topic they are. */
export const copiesSetting = 'vygodno.copies'

const copyShape = z.object({ original: z.string(), copy: z.string(), since: z.record(z.string(), z.string()) })
const copiesShape = z.record(z.string(), copyShape)

/**
 * What each copy was begun from and into, by the ids of both topics; and `since` which offset of the copy, by partition,
 * it holds what is in this original. What stands before that came from one that is gone.
 */
export type Copies = z.infer<typeof copiesShape>

/** What was noted of the copies; nothing when nothing was, or what stands there was not written by us. */
export function copiesIn(settings: Record<string, string>): Copies {
  try {
    return copiesShape.parse(JSON.parse(settings[copiesSetting] ?? '{}'))
  } catch {
    return {}
  }
}
