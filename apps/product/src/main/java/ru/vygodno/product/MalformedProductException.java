package ru.vygodno.product;

/** A record that is not a valid product. Carries no stack trace: it tells of the data, not of the program. */
public final class MalformedProductException extends Exception {
  private final transient Reason reason;
  private final transient String path;

  /**
   * @param reason what kind of defect it is
   * @param path the field it is in, such as {@code price.amount}, or null when it is the document as a whole
   * @param detail what was expected and what was seen, without the path
   */
  public MalformedProductException(Reason reason, String path, String detail) {
    super(path == null ? detail : path + ": " + detail, null, false, false);
    this.reason = reason;
    this.path = path;
  }

  /** Returns what kind of defect it is. */
  public Reason reason() {
    return reason;
  }

  /** Returns the field the defect is in, or null when it is the document as a whole. */
  public String path() {
    return path;
  }
}
