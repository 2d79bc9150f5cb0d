package ru.vygodno.filter;

/** A ban record that is not a rule. Carries no stack trace: it tells of the data, not of the program. */
final class BadRuleException extends Exception {
  private static final long serialVersionUID = 1;

  BadRuleException(String message) {
    super(message, null, false, false);
  }
}
