package ru.vygodno.filter;

/**
 * A ban rule as the filter needs it.
 *
 * @param kind what it looks at
 * @param value the value in the form in which it is compared
 * @param change the change that wrote it, or null
 */
record Rule(Kind kind, String value, String change) {
  /** The rule's key in the ban topic. */
  String id() {
    return kind.code + ':' + value;
  }
}
