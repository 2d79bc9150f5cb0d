import { board } from './board.ts'
import { noneIsWell, series, stat, table } from './panels.ts'

const since = (state: string) => `time() - ALERTS_FOR_STATE * ignoring (alertstate) ALERTS{alertstate="${state}",severity!="none"}`
// each alert has labels of its own that say what it is about
const listed = (state: string) =>
  `max by (severity, alertname, cluster, instance, about) (label_join(${since(state)}, "about", " ", "connector", "consumergroup", "topic", "certificate", "collector", "metric"))`
const columns = { severity: 'severity', alertname: 'alert', cluster: 'cluster', instance: 'service', about: 'about', Value: 'for' }

/** What is wrong now and was wrong before, whether anybody is told, and whether the watching itself works. */
export const alerts = board({
  uid: 'alerts',
  title: 'Alerts',
  description: 'What is wrong now, what was wrong before, whether alerts are delivered, and whether the watching itself works. task alerts tells what to do.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat({ title: 'Firing', about: 'Alerts that somebody has to look at; the watchdog is not one.', queries: [['count(ALERTS{alertstate="firing",severity!="none"}) or vector(0)', 'alerts']], levels: noneIsWell }),
        stat({ title: 'About to fire', about: 'Conditions that hold, but not yet for as long as their alerts ask.', queries: [['count(ALERTS{alertstate="pending"}) or vector(0)', 'alerts']], levels: ['green', ['orange', 1]] }),
        stat({ title: 'Watchdog', about: 'An alert that always fires: as long as it arrives at the receiver, every other would, too.', queries: [['sum(ALERTS{alertname="Watchdog",alertstate="firing"}) or vector(0)', 'watchdog']], levels: ['red', ['green', 1]], texts: { 0: 'silent', 1: 'fires' } }),
        stat({ title: 'Telegram', about: 'Whether the last message got through. It is on when a token and a chat are configured.', queries: [['vygodno_telegram_failing', 'telegram']], levels: noneIsWell, texts: { 0: 'well, or off', 1: 'fails' } }),
        stat({ title: 'Deliveries that failed', about: 'Notifications in the last hour that Alertmanager could not deliver at once; it tries again.', queries: [['sum(increase(alertmanager_notifications_failed_total[1h]))', 'failed']], decimals: 0, levels: noneIsWell }),
        stat({ title: 'Blind collectors', about: 'Parts of the exporter that can\'t see what they look at: alerts on it can\'t fire.', queries: [['count(vygodno_collector_up == 0) or vector(0)', 'collectors']], levels: noneIsWell }),
        table({ title: 'Firing', about: 'Alerts that fire, and for how long their condition has held. The runbook of each is in docs/operations.md#alerts.', expr: listed('firing'), columns, unit: 's', width: 12, noValue: 'nothing is wrong' }),
        table({ title: 'About to fire', about: 'Conditions that hold, and for how long.', expr: listed('pending'), columns, unit: 's', width: 12, noValue: 'nothing is about to be wrong' }),
      ],
    },
    {
      title: 'Before',
      panels: [
        series({ title: 'Alerts firing, by name', about: 'When what was wrong. The watchdog is the line that never ends.', queries: [['count by (alertname) (ALERTS{alertstate="firing"})', '{{alertname}}']], width: 12, stacked: true }),
        series({ title: 'Alerts delivered', about: 'Alerts that have arrived at the receiver, per second.', queries: [['sum by (status) (rate(vygodno_alerts_received_total[$__rate_interval]))', '{{status}}']], unit: 'cps', width: 12 }),
      ],
    },
    {
      title: 'The watching itself',
      panels: [
        series({ title: 'Time to evaluate the rules', about: 'How long Prometheus takes for each group of rules; it does so every second.', queries: [['max by (rule_group) (label_replace(prometheus_rule_group_last_duration_seconds, "rule_group", "$1", "rule_group", ".*;(.*)"))', '{{rule_group}}']], unit: 's', width: 8 }),
        series({ title: 'Time of a look', about: 'How long the collectors of the exporter take.', queries: [['vygodno_collector_duration_seconds', '{{collector}}']], unit: 's', width: 8 }),
        series({ title: 'Time series', about: 'Series that Prometheus holds in memory.', queries: [['prometheus_tsdb_head_series', 'series']], width: 8 }),
        series({ title: 'Memory', about: 'Resident memory of what watches. It should stay below 200 MB in all.', queries: [['process_resident_memory_bytes{job=~"prometheus|alertmanager|exporter|alert-receiver"}', '{{job}}']], unit: 'bytes', width: 8, stacked: true }),
        series({ title: 'Processor', about: 'Cores in use by what watches: 100 % is one core.', queries: [['rate(process_cpu_seconds_total{job=~"prometheus|alertmanager|exporter|alert-receiver"}[$__rate_interval])', '{{job}}']], unit: 'percentunit', width: 8, stacked: true }),
        table({ title: 'Collectors', about: 'What the exporter looks at, and whether the last look succeeded.', expr: 'min by (collector) (vygodno_collector_up)', columns: { collector: 'collector', Value: 'state' }, levels: ['red', ['green', 1]], texts: { 0: 'blind', 1: 'sees' }, width: 8 }),
      ],
    },
  ],
})
