package ru.vygodno.product;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Says in a message what was seen, in one short line. */
final class Got {
  private static final int LONGEST = 60;

  private Got() {}

  static String value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> quote(parser.getText());
      default -> shorten(parser.getText(), LONGEST);
    };
  }

  /** A text in quotes, in which what can't be seen is written as JSON would escape it. */
  static String quote(String s) {
    StringBuilder out = new StringBuilder("\"");
    String escaped = new String(JsonStringEncoder.getInstance().quoteAsString(shorten(s, LONGEST)));
    for (int i = 0, c; i < escaped.length(); i += Character.charCount(c)) {
      c = escaped.codePointAt(i);
      if (Identifier.unseen(c)) {
        for (char unit : Character.toChars(c)) {
          out.append("\\u%04x".formatted((int) unit));
        }
      } else {
        out.appendCodePoint(c);
      }
    }
    return out.append('"').toString();
  }

  static String decode(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  static String shorten(String s, int longest) {
    if (s.length() <= longest) {
      return s;
    }
    int end = Character.isHighSurrogate(s.charAt(longest - 1)) ? longest - 1 : longest;
    return s.substring(0, end) + "…";
  }
}
