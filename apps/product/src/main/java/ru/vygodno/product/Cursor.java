package ru.vygodno.product;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Goes over a document's tokens and keeps the defect that ranks first. It goes on after a defect: only the whole
 * document shows that it is JSON.
 */
final class Cursor {
  /** Defects of the document as a whole come before those of any field. */
  private static final int DOCUMENT = -1;
  /** jsonb keeps numbers as numeric, whose reach ends far outside a double's but long before a parser's. */
  private static final int MAX_EXPONENT = 400;
  private static final int MAX_DIGITS = 300;
  /** Far below what a reader of JSON in another program refuses; lengths are in UTF-16 code units. */
  private static final int MAX_KEY = 1_000;

  private final JsonParser parser;
  private final boolean escapes;
  private int rank = Integer.MAX_VALUE;
  private MalformedProductException defect;

  /** @param escapes whether strings may hold characters that the raw bytes don't show */
  Cursor(JsonParser parser, boolean escapes) {
    this.parser = parser;
    this.escapes = escapes;
  }

  void throwDefect() throws MalformedProductException {
    if (defect != null) {
      throw defect;
    }
  }

  /** Returns the next field's name, or null at the object's end. */
  String name() throws IOException {
    String key = parser.nextFieldName();
    if (key != null) {
      storable(key);
      if (key.length() > MAX_KEY) {
        note(DOCUMENT, Reason.TOO_LARGE, null,
            "expected names of at most " + MAX_KEY + " characters, got " + key.length());
      }
    }
    return key;
  }

  /** Steps to the next value and tells whether it is one, not the array's end. */
  boolean item() throws IOException {
    return parser.nextToken() != JsonToken.END_ARRAY;
  }

  void step() throws IOException {
    parser.nextToken();
  }

  void onlyOnce(boolean first) {
    if (!first) {
      note(DOCUMENT, Reason.BAD_VALUE, path(), "expected once, got a second time");
    }
  }

  /** Goes past a field whose name isn't ours. */
  void other(Set<String> keys, String key) throws IOException {
    onlyOnce(keys.add(key));
    parser.nextToken();
    anything();
  }

  /** Returns the string at hand, or null after noting that something else stands there. */
  String string(Field field, String expected) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      wrong(field, expected);
      anything();
      return null;
    }
    String s = parser.getText();
    storable(s);
    return s;
  }

  /** Tells whether an object or array begins here; notes and goes past anything else. */
  boolean opens(JsonToken token, Field field, String expected) throws IOException {
    if (parser.currentToken() == token) {
      return true;
    }
    wrong(field, expected);
    anything();
    return false;
  }

  /** Checks a number from 0 to max. */
  void number(Field field, double max, boolean whole) throws IOException {
    if (!parser.currentToken().isNumeric()) {
      wrong(field, field.expected);
      anything();
      return;
    }
    holdable();
    double n = parser.getDoubleValue();
    if (whole && n != Math.rint(n)) {
      wrong(field, field.expected);
    } else if (n < 0) {
      bad(field, field.expected);
    } else if (n > max) {
      bad(field, "at most %.0f".formatted(max));
    }
  }

  /** Goes past a value that has no structure of ours but must still be JSON that jsonb can hold. */
  private void anything() throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        Set<String> keys = new HashSet<>();
        for (String key = name(); key != null; key = name()) {
          other(keys, key);
        }
      }
      case START_ARRAY -> {
        while (item()) {
          anything();
        }
      }
      case VALUE_STRING -> {
        if (escapes) {
          storable(parser.getText());
        }
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> holdable();
      default -> { }
    }
  }

  private void storable(String s) {
    String refused = escapes ? Text.refusedByJsonb(s) : null;
    if (refused != null) {
      note(DOCUMENT, Reason.BAD_VALUE, path(), "expected text, got " + refused);
    }
  }

  private void holdable() throws IOException {
    String s = parser.getText();
    int e = Math.max(s.indexOf('e'), s.indexOf('E'));
    boolean far = e >= 0 && (s.length() - e > 5 || Math.abs(Integer.parseInt(s.substring(e + 1))) > MAX_EXPONENT);
    if (far || s.length() > MAX_DIGITS || Double.isInfinite(parser.getDoubleValue()) || vanishes()) {
      note(DOCUMENT, Reason.BAD_VALUE, path(), "expected a number that a double can hold, got " + Got.value(parser));
    }
  }

  /** So small that a double would be nought: PostgreSQL refuses to cast it. */
  private boolean vanishes() throws IOException {
    return parser.getDoubleValue() == 0 && parser.getDecimalValue().signum() != 0;
  }

  void missing(Field field, String path, String expected) {
    note(field.ordinal(), Reason.MISSING_FIELD, path, "expected " + expected + ", got nothing");
  }

  void bad(Field field, String expected) throws IOException {
    note(field.ordinal(), Reason.BAD_VALUE, path(), "expected " + expected + ", got " + Got.value(parser));
  }

  private void wrong(Field field, String expected) throws IOException {
    note(field.ordinal(), Reason.WRONG_TYPE, path(), "expected " + expected + ", got " + Got.value(parser));
  }

  private void note(int at, Reason reason, String path, String detail) {
    if (at < rank) {
      rank = at;
      defect = new MalformedProductException(reason, path, detail);
    }
  }

  /** Where the parser stands, such as {@code images[0].url}. */
  String path() {
    StringBuilder path = new StringBuilder();
    for (JsonStreamContext at = parser.getParsingContext(); at != null; at = at.getParent()) {
      String step = at.inArray() && at.hasCurrentIndex() ? "[" + at.getCurrentIndex() + "]" : at.getCurrentName();
      if (step != null) {
        path.insert(0, path.isEmpty() || path.charAt(0) == '[' ? step : step + ".");
      }
    }
    return Got.shorten(path.toString(), 200);
  }
}
