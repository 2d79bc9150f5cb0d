import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboardShape } from '../../../clients/dashboard.ts'
import type { Environment } from '../../../clients/environment.ts'
import { messageOf } from '../../../clients/errors.ts'
import { asTyped, loadYaml, type Problem } from '../yaml.ts'

/** Dashboards that Grafana or the page could not draw, with file and line. */
export function checkDashboards(env: Environment, folder: string): Problem[] {
  const dashboards = join(folder, 'grafana', 'dashboards')
  return readdirSync(dashboards).flatMap((name) => {
    const file = join(dashboards, name)
    const wrong = problemOf(readFileSync(file, 'utf8'))
    if (wrong === undefined) return []
    // JSON is YAML, whose reader knows positions; it takes longer, so it looks only at what is wrong
    const { problems, problem } = loadYaml(file, env.root, dashboardShape, asTyped)
    return problems.length > 0 ? problems : [problem([], wrong)]
  })
}

function problemOf(source: string): string | undefined {
  try {
    return dashboardShape.safeParse(JSON.parse(source)).error?.message
  } catch (error) {
    return `expected JSON: ${messageOf(error)}`
  }
}
