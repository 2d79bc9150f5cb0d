import { farewell } from '../../clients/deadline.ts'

/** A client of Kafka that can be connected. */
type Client = { connect: () => Promise<void>; disconnect: () => Promise<void> }

/**
 * A client that stays connected between looks, for each connection costs a TLS handshake with every broker.
 *
 * @returns a function that works with it; after a failure the next call makes another client
 */
export function lasting<T extends Client>(make: () => T): <R>(work: (client: T) => Promise<R>) => Promise<R> {
  let kept: { client: T; connected: Promise<void> } | undefined
  return async (work) => {
    if (!kept) {
      const client = make()
      kept = { client, connected: client.connect() }
    }
    const { client, connected } = kept
    try {
      await connected
      return await work(client)
    } catch (error) {
      if (kept?.client === client) kept = undefined
      await farewell(() => client.disconnect())
      throw error
    }
  }
}
