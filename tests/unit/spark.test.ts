import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { sparkState } from '../../clients/spark.ts'
import { makeSecrets, stackSecrets } from '../../tasks/lib/secrets.ts'
import { settings } from '../../tasks/lib/spark.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-spark-'))
const on = (master: string) => loadEnvironment({ VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.77', SPARK_MASTER: master })
after(() => rmSync(stack, { recursive: true }))

test("only jobs for the stack's own Spark are given its secret", () => {
  const own = on('spark://127.0.0.77:19700')
  makeSecrets(own)
  const { SPARK_SECRET: secret } = stackSecrets(own)
  assert.match(readFileSync(settings(own), 'utf8'), new RegExp(`spark.authenticate.secret +${secret}\n`))
  assert.equal(statSync(settings(own)).mode & 0o777, 0o600)
  for (const other of ['local[2]', 'spark://127.0.0.78:19700']) assert.ok(!readFileSync(settings(on(other)), 'utf8').includes(secret), other)
})

test('a Spark master that does not answer is named, with the command that starts it', async () => {
  await assert.rejects(sparkState(on('spark://127.0.0.77:19700')), { code: 'SPARK_UNREACHABLE', message: /127\.0\.0\.77:19701.*ECONNREFUSED/ })
})
