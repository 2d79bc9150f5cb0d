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

/** Kafka's protocol as bytes; only what clients/kafka-quotas.ts writes and reads is declared. */
declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    writeInt32(value: number): this
    writeDouble(value: number): this
    writeBoolean(value: boolean): this
    writeString(value: string | null): this
  }
}
declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(data: Buffer)
    readInt16(): number
    readInt32(): number
    readDouble(): number
    readString(): string | null
    readArray<T>(read: () => T): T[]
  }
}
