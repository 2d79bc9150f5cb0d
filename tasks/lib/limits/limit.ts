import type { Environment } from '../../../clients/environment.ts'
import type { Service } from '../compose.ts'

/** What is about to run, by which the machine is judged. `added` are those whose memory nothing holds yet. */
export type Need = { env: Environment; services: Service[]; added: Service[] }

/** Where a limit can't suffice: what is needed and why, what was seen, and the command that changes it. */
export type Shortage = { expected: string; seen: string; command: string }

/** One limit of the machine, or of who starts the platform. */
export type Limit = {
  name: string
  code: 'MACHINE_UNFIT' | 'NOT_ENOUGH_MEMORY' | 'NOT_ENOUGH_DISK'
  /** @returns nothing when it suffices */
  look: (need: Need) => Shortage[] | Promise<Shortage[]>
}

export const isRoot = (): boolean => process.getuid?.() === 0

/** A command as whoever reads it may type it. */
export const asRoot = (command: string): string => (isRoot() ? command : `sudo ${command}`)

/** Threads of one service at most: a broker has 100, others 30 to 80. */
export const threadsEach = 100
export const threadsOf = ({ added }: Need): number => added.length * threadsEach

export const mib = 1024 ** 2
