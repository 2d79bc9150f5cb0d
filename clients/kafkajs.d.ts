declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The requests of one connection; only what clients/kafka.ts mends is declared. */
  export default class RequestQueue {
    readonly pending: unknown[]
    scheduleCheckPendingRequests(): void
  }
}

/** How an answer of a broker is taken; only what clients/kafka-refusals.ts mends is declared. */
declare module 'kafkajs/src/protocol/requests/alterConfigs/v1/response.js' {
  const response: { parse(data: unknown): Promise<unknown> }
  export default response
}
declare module 'kafkajs/src/protocol/requests/createPartitions/v1/response.js' {
  const response: { parse(data: unknown): Promise<unknown> }
  export default response
}
declare module 'kafkajs/src/protocol/requests/createTopics/v3/response.js' {
  const response: { parse(data: unknown): Promise<unknown> }
  export default response
}
