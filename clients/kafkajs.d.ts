declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The requests of one connection; only what clients/kafka.ts mends is declared. */
  export default class RequestQueue {
    readonly pending: unknown[]
    scheduleCheckPendingRequests(): void
  }
}
