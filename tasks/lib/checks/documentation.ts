import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Group, judged, prove } from './check.ts'

/** What README.md has to tell, and the heading under which it does. */
const parts = {
  'how to start': '## What you need',
  'the commands': '## Commands',
  'the technologies': '## What it is made of',
  'architecture and reasons': '## Why it is so',
}

/** README.md tells how to start, what it is made of and why it is so. That every command it names exists is a unit test. */
export const documentation: Group = {
  name: 'documentation',
  about: 'README.md tells how to start, what it is made of and why',
  run: ({ env }) =>
    prove(
      'documentation',
      Object.entries(parts).map(([what, heading]) => ({
        name: what,
        expected: `README.md has a section «${heading}» of more than a line`,
        look: async () => {
          const text = readFileSync(join(env.root, 'README.md'), 'utf8')
          const section = text.includes(`\n${heading}\n`) ? (text.split(`\n${heading}\n`)[1]?.split('\n## ')[0] ?? '') : ''
          const lines = section.split('\n').filter(Boolean).length
          return judged(lines > 1, `${lines} lines`)
        },
      })),
    ),
}
