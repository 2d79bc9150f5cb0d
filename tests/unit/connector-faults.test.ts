import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from '../../tasks/lib/connector-faults.ts'

const sink = { topics: 'catalog.products', 'connection.username': 'connect' }
const outer = 'org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\n\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages(WorkerSinkTask.java:636)'

test('of a failed connector the innermost reason is told, and the right that is missing', () => {
  for (const [trace, expected] of [
    ['org.apache.kafka.common.errors.GroupAuthorizationException: Not authorized to access group: connect-catalog-file', /^GroupAuthorizationException: .*; missing: the right of User:connect to READ group connect-catalog-file/],
    ['org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [catalog.products]', /; missing: the right of User:connect to READ topic catalog\.products/],
    [`${outer}\nCaused by: org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [connect.dlq]`, /; missing: the right of User:connect to WRITE topic connect\.dlq/],
    [`${outer}\nCaused by: org.hibernate.exception.SQLGrammarException: could not execute\n\tat x\nCaused by: org.postgresql.util.PSQLException: ERROR: permission denied for table products\n\tat y`, /^PSQLException: ERROR: permission denied for table products; missing: the right of role connect in PostgreSQL on table products/],
    [`${outer}\nCaused by: java.nio.file.NoSuchFileException: /gone/file.tsv`, /^NoSuchFileException: \/gone\/file\.tsv$/],
    [undefined, /^no reason given$/],
  ] as const)
    assert.match(reasonOf('connect', sink, trace), expected)
})
