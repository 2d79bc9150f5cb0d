package ru.vygodno.filter;

/** A ban record that is not a rule. Carries no stack trace: it tells of the data, not of the program. */
final class BadRuleException extends Exception {
  private static final long serialVersionUID = 1;

  /** What was got may be as long as a record, and goes beside it into the dead letter, which must fit in a record too. */
  private static final int MAX_MESSAGE = 400;

  BadRuleException(String message) {
    super(message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…", null, false, false);
  }
}
