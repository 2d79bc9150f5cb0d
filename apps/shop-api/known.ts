import { hash } from 'node:crypto'

/** Remembers what was sent, as a hash by product id (some 150 bytes each), so that only what differs is sent again. */
export class Known {
  #sent = new Map<string, string>()
  #underWay = new Map<string, string>()

  /** Whether a product differs from what was sent last under its id; if so, it counts as under way. */
  differs(id: string, content: Buffer): boolean {
    const digest = hash('sha1', content, 'base64')
    if ((this.#underWay.get(id) ?? this.#sent.get(id)) === digest) return false
    this.#underWay.set(id, digest)
    return true
  }

  /** What is under way has been sent. */
  confirm(): void {
    for (const [id, digest] of this.#underWay) this.#sent.set(id, digest)
    this.#underWay.clear()
  }

  /** What is under way may not have been sent: it will differ again. */
  forget(): void {
    for (const id of this.#underWay.keys()) this.#sent.delete(id)
    this.#underWay.clear()
  }
}
