import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { alerts } from './alerts.ts'
import { analytics } from './analytics.ts'
import { connect } from './connect.ts'
import { jvm } from './jvm.ts'
import { kafka } from './kafka.ts'
import { overview } from './overview.ts'
import { pipeline } from './pipeline.ts'
import { topics } from './topics.ts'

/** All dashboards, the one to begin with first. */
const dashboards: Dashboard[] = [overview, kafka, topics, connect, pipeline, analytics, jvm, alerts]

/** What belongs into `config/grafana/dashboards`: JSON by file name, in the order of the registry. */
export function dashboardFiles(): Map<string, string> {
  return new Map(dashboards.map((dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(dashboard, null, 2)}\n`]))
}
