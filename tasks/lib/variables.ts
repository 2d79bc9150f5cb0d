import { UsageError } from '../../clients/errors.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import { forms, writerFor } from './formats.ts'

type Variables = Record<string, string>

/**
 * Replaces `${NAME}` by its value, `${NAME_IN_URL}` by its value as it stands in a URL. What is not upper-case, such as
 * Connect's own `${file:…}`, is left as it is.
 *
 * @param file the file that the text is: values are written as its format wants them
 * @returns the text, and the names that have no value
 */
export function interpolate(text: string, variables: Variables, file = ''): { text: string; unknown: string[] } {
  const unknown: string[] = []
  const write = writerFor(file)
  const filled = text.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, name: string, at: number) => {
    const value = valueOf(name, variables)
    if (value === undefined) unknown.push(name)
    return value === undefined ? whole : write(value, text.slice(text.lastIndexOf('\n', at) + 1, at))
  })
  return { text: filled, unknown }
}

function valueOf(name: string, variables: Variables): string | undefined {
  const form = Object.keys(forms).find((ending) => name.endsWith(ending)) ?? ''
  const value = variables[name.slice(0, name.length - form.length)]
  return value === undefined ? undefined : (forms[form]?.(value) ?? value)
}

/**
 * The same for a text that is no file, such as an argument, where a name without value is an error.
 *
 * @param place what the message calls the text
 */
export function fillIn(text: string, variables: Variables, place: string): string {
  return withoutUnknown(interpolate(text, variables), variables, place)
}

/**
 * The same for a whole template file.
 *
 * @param file its name, which also says its format
 */
export function render(text: string, variables: Variables, file: string): string {
  return withoutUnknown(interpolate(text, variables, file), variables, file)
}

function withoutUnknown({ text, unknown: [name] }: ReturnType<typeof interpolate>, variables: Variables, place: string): string {
  if (name === undefined) return text
  throw new UsageError('CONFIG_INVALID', `${place}: expected a known variable, got \${${name}}${didYouMean(name, Object.keys(variables))}`, 'correct the line, then task plan')
}
