package ru.vygodno.filter;

import java.text.Normalizer;

/**
 * The form in which a rule stands in its key; the command that writes rules makes the same. It never changes, so that a
 * rule of any version keeps its name; what is compared is {@link TextForm}.
 */
final class Normal {
  private Normal() {}

  /**
   * Returns the text in NFC and lower case, with ё as е and ς as σ, white space collapsed to single spaces and trimmed.
   * Letter by letter: {@link String#toLowerCase} takes a minute for a megabyte of İ, and longer for Σ, whose form depends
   * on what stands around it.
   */
  static String form(String s) {
    String text = plain(s) ? s : Normalizer.normalize(s, Normalizer.Form.NFC);
    StringBuilder out = new StringBuilder(text.length());
    boolean gap = false;
    for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      if (space(c)) {
        gap = !out.isEmpty();
        continue;
      }
      if (gap) {
        out.append(' ');
        gap = false;
      }
      lower(c, out);
    }
    return out.toString();
  }

  private static void lower(int c, StringBuilder out) {
    switch (c) {
      case 'Ё', 'ё' -> out.append('е');
      case 'ς' -> out.append('σ');
      // the only letter that two stand for in lower case
      case 'İ' -> out.append("i\u0307");
      default -> out.appendCodePoint(Character.toLowerCase(c));
    }
  }

  /** Returns the text without white space around it. */
  static String trim(String s) {
    int from = 0;
    int to = s.length();
    while (from < to && space(s.charAt(from))) {
      from++;
    }
    while (to > from && space(s.charAt(to - 1))) {
      to--;
    }
    return s.substring(from, to);
  }

  /** ASCII and Russian letters are their own NFC and have simple lower-case forms: most texts skip the slow way. */
  private static boolean plain(String s) {
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c >= 0x80 && !(c >= 0x400 && c <= 0x45F)) {
        return false;
      }
    }
    return true;
  }

  /** White space as ECMAScript's {@code \s} has it, so that both sides of a rule agree. */
  private static boolean space(int c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || (c > 0x7F && (Character.isSpaceChar(c) || c == '\uFEFF'));
  }
}
