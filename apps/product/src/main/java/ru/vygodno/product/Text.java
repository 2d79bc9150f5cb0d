package ru.vygodno.product;

/** Checks of text that PostgreSQL's jsonb makes and a JSON parser does not. */
final class Text {
  private Text() {}

  /** What {@link #scan} found: the document may be parsed, may be parsed but its strings need a look, or not at all. */
  enum Scan { CLEAN, ESCAPES, BAD_UTF8, NUL_OR_BOM }

  /**
   * Looks at the bytes once: are they well-formed UTF-8 (RFC 3629: no overlong forms, surrogates or code points over
   * U+10FFFF), and can an escape hide U+0000 or half a surrogate pair? A raw NUL or a byte order mark is never JSON
   * (RFC 8259, 8.1), but would make a parser guess at UTF-16.
   */
  static Scan scan(byte[] b) {
    if (b.length >= 3 && b[0] == (byte) 0xEF && b[1] == (byte) 0xBB && b[2] == (byte) 0xBF) {
      return Scan.NUL_OR_BOM;
    }
    Scan found = Scan.CLEAN;
    int i = 0;
    while (i < b.length) {
      int c = b[i];
      if (c > 0) {
        if (c == '\\' && i + 1 < b.length && b[i + 1] == 'u' && found == Scan.CLEAN) {
          found = Scan.ESCAPES;
        }
        i++;
      } else if (c == 0) {
        found = Scan.NUL_OR_BOM;
        i++;
      } else {
        int length = sequence(b, i);
        if (length == 0) {
          return Scan.BAD_UTF8;
        }
        i += length;
      }
    }
    return found;
  }

  /** Returns the length of the multi-byte sequence at i, or 0 when it is ill-formed. */
  private static int sequence(byte[] b, int i) {
    int c = b[i] & 0xFF;
    if (c >= 0xC2 && c <= 0xDF) {
      return tail(b, i + 1) ? 2 : 0;
    }
    if (i + 1 >= b.length) {
      return 0;
    }
    int second = b[i + 1] & 0xFF;
    if (c >= 0xE0 && c <= 0xEF) {
      int low = c == 0xE0 ? 0xA0 : 0x80;
      int high = c == 0xED ? 0x9F : 0xBF;
      return second >= low && second <= high && tail(b, i + 2) ? 3 : 0;
    }
    if (c >= 0xF0 && c <= 0xF4) {
      int low = c == 0xF0 ? 0x90 : 0x80;
      int high = c == 0xF4 ? 0x8F : 0xBF;
      return second >= low && second <= high && tail(b, i + 2) && tail(b, i + 3) ? 4 : 0;
    }
    return 0;
  }

  private static boolean tail(byte[] b, int i) {
    return i < b.length && (b[i] & 0xC0) == 0x80;
  }

  /** Returns what jsonb would refuse in the string, or null. */
  static String refusedByJsonb(String s) {
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c == 0) {
        return "U+0000";
      }
      if (Character.isHighSurrogate(c) && i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return "half a surrogate pair (U+%04X)".formatted((int) c);
      }
    }
    return null;
  }
}
