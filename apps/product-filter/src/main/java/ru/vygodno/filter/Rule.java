package ru.vygodno.filter;

/**
 * A ban rule as the filter needs it.
 *
 * @param kind what it looks at
 * @param value the value as it stands in the rule's key
 * @param text the value as it was written
 * @param change the change that wrote it, or null
 */
record Rule(Kind kind, String value, String text, String change) {
  static Rule of(Kind kind, String text, String change) {
    return new Rule(kind, kind.name(text), text, change);
  }

  /** The rule's key in the ban topic. It is a name: rules are compared by their text. */
  String id() {
    return kind.code + ':' + value;
  }

  /** Whether there is something to compare. */
  boolean saysSomething() {
    return kind == Kind.WORDS ? !WordRule.of(id(), text).words().isEmpty() : !kind.ruleKey(this).isEmpty();
  }
}
