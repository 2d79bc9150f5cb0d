import { basename, extname } from 'node:path'

/**
 * How a value is written into a file, so that the program that reads the file gets it back as it was. A template puts quotes
 * around a value where its format wants them: YAML, postgresql.conf, and three in the ini file of Grafana, which takes what
 * stands between those as it is.
 *
 * @param before the line up to the value
 */
type Writer = (value: string, before: string) => string

const codeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const isQuoted = (before: string) => (before.replaceAll(/\\./g, '').split('"').length - 1) % 2 === 1

/** java.util.Properties: Kafka's programs read them as ISO-8859-1, Spark as UTF-8; both know this way of writing. */
const properties: Writer = (value) => value.replaceAll('\\', '\\\\').replace(/[^\x20-\x7e]/g, codeUnit)
/** JSON is YAML: a text between quotes, a whole list where there are none. */
const yaml: Writer = (value, before) => (isQuoted(before) ? JSON.stringify(value).slice(1, -1) : value)
/** https://www.postgresql.org/docs/18/config-setting.html */
const postgres: Writer = (value) => value.replaceAll('\\', '\\\\').replaceAll("'", "''")
const xml: Writer = (value) => value.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign)

const writers: Record<string, Writer> = { '.properties': properties, '.yaml': yaml, '.yml': yaml, '.conf': postgres, '.xml': xml }

/**
 * What the ini file of Grafana can't say, for its reader knows no escape: it puts the value of another key there, where there
 * is one of that name (https://ini.unknwon.io/docs/howto/work_with_values#recursive-values). `${…}` and `$__file{…}` it
 * fills in, too, but no path has a brace.
 */
export const iniReference = /%\([^)]+\)s/

/** What values are written by into a file of this name; its ending says its format. */
export function writerFor(file: string): Writer {
  return writers[extname(basename(file))] ?? ((value) => value)
}

/** Forms of a value that a template asks for by its name: `${ROOT_IN_URL}` is ROOT as it stands in a URL. */
export const forms: Record<string, (value: string) => string> = {
  // a plus sign is a blank to who reads a query, and encodeURI leaves it
  _IN_URL: (value) => value.split('/').map(encodeURIComponent).join('/'),
  // where log4j keeps older files (https://logging.apache.org/log4j/2.x/manual/appenders/rolling-file.html)
  _IN_PATTERN: (value) => value.replaceAll('%', '%%'),
}
