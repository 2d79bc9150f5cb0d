package ru.vygodno.product;

/** Why a product record can't be used; the code goes into the dead-letter record's {@code reason} header. */
public enum Reason {
  NOT_JSON("not-json"),
  BAD_UTF8("bad-utf8"),
  NOT_AN_OBJECT("not-an-object"),
  MISSING_FIELD("missing-field"),
  WRONG_TYPE("wrong-type"),
  BAD_VALUE("bad-value"),
  KEY_MISMATCH("key-mismatch"),
  TOO_LARGE("too-large");

  private final String code;

  Reason(String code) {
    this.code = code;
  }

  /** Returns the code used on the wire and in the test vectors. */
  public String code() {
    return code;
  }
}
