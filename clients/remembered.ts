import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf, UsageError } from './errors.ts'

const shape = z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().min(1))
const fileOf = (stack: string) => join(stack, 'settings.json')

/**
 * What a stack was last started with otherwise than `compose/.env` declares: its address, its profiles, its ports. So a command
 * of another shell works on what runs.
 *
 * @param stack its folder
 * @throws UsageError `CONFIG_INVALID` when the file was damaged
 */
export function remembered(stack: string): Record<string, string> {
  const file = fileOf(stack)
  if (!existsSync(file)) return {}
  try {
    return shape.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new UsageError('CONFIG_INVALID', `${file}: expected names and values of compose/.env as JSON, got another form: ${messageOf(cause).slice(0, 200)}`, 'delete the file, and say the values once more: VYGODNO_HOST=… COMPOSE_PROFILES=… task up', { cause })
  }
}

/** Writes down what differs from what is declared; whole or not at all. */
export function remember(stack: string, settings: Record<string, string>): void {
  mkdirSync(stack, { recursive: true, mode: 0o700 })
  writeFileSync(`${fileOf(stack)}.new`, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${fileOf(stack)}.new`, fileOf(stack))
}
