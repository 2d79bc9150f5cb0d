package ru.vygodno.lake;

/** A record that can't become a row; its message is the reason that stands in the quarantine. */
final class MalformedRecordException extends Exception {
  MalformedRecordException(String reason) {
    super(reason, null, false, false);
  }
}
