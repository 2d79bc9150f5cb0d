import { board } from './board.ts'
import { bars, series, table } from './panels.ts'

const chosen = 'job=~"$job",instance=~"$instance"'
// other programs show some of these, too
const ofJvms = (expr: string) => `${expr} and on (job, instance) jvm_runtime_info`

/** Every JVM: memory, garbage collection, threads, processor. */
export const jvm = board({
  uid: 'jvm',
  title: 'JVM',
  description: 'Every JVM of the platform: memory, garbage collection, threads, processor, and what watching it costs.',
  choices: [
    { name: 'job', label: 'Kind', metric: 'jvm_runtime_info, job' },
    { name: 'instance', label: 'Service', metric: 'jvm_runtime_info{job=~"$job"}, instance' },
  ],
  rows: [
    {
      title: 'Memory',
      panels: [
        series({ title: 'Heap in use', about: 'A saw tooth is healthy. A floor that rises from tooth to tooth is a leak or too small a heap.', queries: [[`jvm_memory_used_bytes{${chosen},area="heap"}`, '{{instance}}']], unit: 'bytes', width: 8 }),
        bars({ title: 'Heap: share of the most allowed', about: 'Used heap of what -Xmx allows, now. Above 90 % again and again: give it more.', queries: [[`jvm_memory_used_bytes{${chosen},area="heap"} / jvm_memory_max_bytes{${chosen},area="heap"}`, '{{instance}}']], unit: 'percentunit', decimals: 0, max: 1, levels: ['green', ['orange', 0.8], ['red', 0.95]], width: 8 }),
        series({ title: 'Resident memory', about: 'What the machine really gives: heap, classes, compiled code, buffers.', queries: [[ofJvms(`process_resident_memory_bytes{${chosen}}`), '{{instance}}']], unit: 'bytes', width: 8, stacked: true }),
        series({ title: 'Memory outside the heap', about: 'Classes and compiled code.', queries: [[`jvm_memory_used_bytes{${chosen},area="nonheap"}`, '{{instance}}']], unit: 'bytes', width: 8 }),
        series({ title: 'Time in garbage collection', about: 'Share of time in which everything stands for the garbage collector. Above 10 %: too small a heap.', queries: [[`sum by (instance) (rate(jvm_gc_collection_seconds_sum{${chosen}}[$__rate_interval]))`, '{{instance}}']], unit: 'percentunit', width: 8 }),
        series({ title: 'Garbage collections', about: 'Collections per second.', queries: [[`sum by (instance) (rate(jvm_gc_collection_seconds_count{${chosen}}[$__rate_interval]))`, '{{instance}}']], unit: 'cps', width: 8 }),
      ],
    },
    {
      title: 'Processor, threads, files',
      panels: [
        series({ title: 'Processor', about: 'Cores in use: 100 % is one core.', queries: [[ofJvms(`rate(process_cpu_seconds_total{${chosen}}[$__rate_interval])`), '{{instance}}']], unit: 'percentunit', width: 8, stacked: true }),
        series({ title: 'Threads', about: 'Live threads. A number that only grows is a leak.', queries: [[`jvm_threads_current{${chosen}}`, '{{instance}}']], width: 8 }),
        series({ title: 'Open files', about: 'File descriptors: connections and log segments.', queries: [[ofJvms(`process_open_fds{${chosen}}`), '{{instance}}']], width: 8 }),
      ],
    },
    {
      title: 'Processes',
      panels: [
        table({ title: 'Running since', about: 'How long each JVM has been up. A short time that nobody can explain was a crash.', expr: ofJvms(`max by (job, instance, cluster) (time() - process_start_time_seconds{${chosen}})`), columns: { instance: 'service', job: 'kind', cluster: 'cluster', Value: 'up for' }, unit: 's', width: 8 }),
        series({ title: 'Time of a scrape', about: 'How long the JMX exporter takes to answer Prometheus with all that it knows, which it is asked for every 15 seconds.', queries: [[`scrape_duration_seconds{${chosen},path!=""}`, '{{instance}}']], unit: 's', width: 8 }),
        series({ title: 'Classes', about: 'Classes loaded. A number that only grows is a leak of class loaders.', queries: [[`jvm_classes_currently_loaded{${chosen}}`, '{{instance}}']], width: 8 }),
      ],
    },
  ],
})
