package ru.vygodno.filter;

/** Where runs of letters and digits end in a text. */
final class Runs {
  private Runs() {}

  /** Returns the end of the run of letters and digits that begins at a place; the place itself when none does. */
  static int end(String text, int from) {
    int at = from;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      if (!Character.isLetterOrDigit(c)) {
        return at;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  /** Returns the end of the run of only letters or only digits that begins at a place, before an end. */
  static int endOfKind(String text, int from, int to) {
    boolean digits = isDigit(text, from);
    int at = from;
    while (at < to && isDigit(text, at) == digits) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  static boolean isDigit(String text, int at) {
    return Character.isDigit(text.codePointAt(at));
  }

  static boolean isLatin(String text, int at) {
    char c = text.charAt(at);
    return c >= 'a' && c <= 'z';
  }
}
