import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Group, judged, prove } from './check.ts'

/** What a document has to tell, and the heading under which it does. */
export const parts = [
  { what: 'how to start', file: 'README.md', heading: '## Start' },
  { what: 'how it works', file: 'README.md', heading: '## How it works' },
  { what: 'the technologies', file: 'README.md', heading: '## What it is made of' },
  { what: 'what a machine needs', file: 'docs/operations.md', heading: '## What you need' },
  { what: 'the commands', file: 'docs/commands.md', heading: '# Commands' },
  { what: 'the reasons', file: 'docs/decisions.md', heading: '# Decisions' },
]

/**
 * The documents tell how to start, what the platform is made of and why it is so. That every command and every place
 * they name exists is a unit test.
 */
export const documentation: Group = {
  name: 'documentation',
  about: 'the documents tell how to start, what it is made of and why',
  run: ({ env }) =>
    prove(
      'documentation',
      parts.map(({ what, file, heading }) => ({
        name: what,
        expected: `${file} has a section «${heading}» of more than a line`,
        look: async () => {
          const text = readFileSync(join(env.root, file), 'utf8')
          const lines = sectionOf(text, heading).split('\n').filter(Boolean).length
          return judged(lines > 1, `${lines} lines`)
        },
      })),
    ),
}

/**
 * What stands below a heading, until the next one of its level.
 *
 * @param heading with its signs, such as `## Start`
 * @returns nothing where there is no such heading
 */
export function sectionOf(text: string, heading: string): string {
  const [level = ''] = heading.split(' ')
  return `\n${text}`.split(`\n${heading}\n`)[1]?.split(`\n${level} `)[0] ?? ''
}
