/** What went wrong, for people and for scripts. Every error a user can meet is one of the classes below. */
export class VygodnoError extends Error {
  /**
   * @param code stable name, explained in docs/errors.md, e.g. `PORT_TAKEN`
   * @param message what was expected and what was seen
   * @param hint the next command to type
   * @param exitCode the process's exit code
   */
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly exitCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = new.target.name
  }
}

/** Wrong arguments or configuration; nothing was touched. Exit code 2. */
export class UsageError extends VygodnoError {
  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(code, message, hint, 2, options)
  }
}

/** Something this machine lacks: a program, memory, disk, a free port. Exit code 3. */
export class PrerequisiteError extends VygodnoError {
  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(code, message, hint, 3, options)
  }
}

/** A check of the platform did not come out as claimed. Exit code 4. */
export class CheckError extends VygodnoError {
  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(code, message, hint, 4, options)
  }
}

/** A service that should work does not. Exit code 1. */
export class InfraError extends VygodnoError {
  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(code, message, hint, 1, options)
  }
}

/** Something awaited did not happen in time. Exit code 124, as with timeout(1). */
export class TimeoutError extends VygodnoError {
  constructor(code: string, message: string, hint: string, options?: ErrorOptions) {
    super(code, message, hint, 124, options)
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
