import { UsageError } from '../../clients/errors.ts'
import { didYouMean } from '../../clients/suggestion.ts'

/**
 * Replaces `${NAME}` by its value. What is not upper-case, such as Connect's own `${file:…}`, is left as it is.
 *
 * @returns the text, and the names that have no value
 */
export function interpolate(text: string, variables: Record<string, string>, write: (value: string) => string = (value) => value): { text: string; unknown: string[] } {
  const unknown: string[] = []
  const filled = text.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, name: string) => {
    const value = variables[name]
    if (value === undefined) unknown.push(name)
    return value === undefined ? whole : write(value)
  })
  return { text: filled, unknown }
}

/**
 * The same for a whole template file, where a name without value is an error.
 *
 * @param file what the message calls the text
 */
export function render(text: string, variables: Record<string, string>, file: string): string {
  const filled = interpolate(text, variables)
  const name = filled.unknown[0]
  if (name !== undefined)
    throw new UsageError('CONFIG_INVALID', `${file}: expected a known variable, got \${${name}}${didYouMean(name, Object.keys(variables))}`, 'correct the line, then task plan')
  return filled.text
}
