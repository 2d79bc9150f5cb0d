package ru.vygodno.filter;

import java.text.Normalizer;

/**
 * The one normal form of text, in which rules meet products; clients/text.ts and config/postgres/007_one_text.sql make
 * the same, and tests/fixtures/text-cases.json holds all three to it. Reasons and limits: docs/text.md.
 */
final class TextForm {
  /** Not characters: marks in {@link #MEANT}. */
  private static final char DROPPED = '\uFFFE';
  private static final char NOT_ALONE = '\uFFFF';
  private static final char BREVE = '\u0306';

  /**
   * What each character of a text is meant as, as far as it was asked for: most texts are a look-up a letter. Threads
   * may fill the same place at once, with the same.
   */
  private static final char[] MEANT = new char[0x10000];

  private TextForm() {}

  /**
   * Returns the text as it is meant, whatever it is written with: compatibility forms resolved, lower case, without
   * invisible characters and marks (й stays, ё is е), letters of other alphabets for what they look like, one kind of
   * hyphen, apostrophe, quotation mark and blank.
   */
  static String of(String text) {
    int length = text.length();
    char[] out = new char[length];
    int n = 0;
    for (int i = 0; i < length; i++) {
      char c = meant(text.charAt(i));
      if (c == NOT_ALONE) {
        return collapsed(meant(text));
      }
      if (c == ' ' ? n > 0 && out[n - 1] != ' ' : c != DROPPED) {
        out[n++] = c;
      }
    }
    return new String(out, 0, n > 0 && out[n - 1] == ' ' ? n - 1 : n);
  }

  /** Returns a normal form as it is compared: Latin letters stand as the Cyrillic ones that they look like. */
  static String key(CharSequence form) {
    char[] out = new char[form.length()];
    for (int i = 0; i < out.length; i++) {
      out[i] = cyrillic(form.charAt(i));
    }
    return new String(out);
  }

  static char cyrillic(char c) {
    return c < 0x80 ? Letters.CYRILLIC[c] : c;
  }

  private static char meant(char c) {
    char known = MEANT[c];
    if (known == 0) {
      known = alone(c);
      MEANT[c] = known;
    }
    return known;
  }

  /** Says what a character is whatever stands beside it, unless that matters. */
  private static char alone(char c) {
    boolean jamo = c >= 0x1100 && c <= 0x11FF;
    if (Character.isSurrogate(c) || c == BREVE || jamo || Letters.BESIDE.containsKey((int) c)) {
      return Letters.DROPPED.get(c) ? DROPPED : NOT_ALONE;
    }
    String form = meant(String.valueOf(c));
    return form.isEmpty() ? DROPPED : form.length() == 1 ? form.charAt(0) : NOT_ALONE;
  }

  /** Without the marks before anything else: Normalizer sorts them, which takes minutes for a megabyte of them. */
  private static String meant(String text) {
    StringBuilder seen = new StringBuilder(text.length());
    text.codePoints().filter(c -> !Letters.DROPPED.get(c)).forEach(c -> append(seen, sign(c), c));
    String apart = Normalizer.normalize(seen, Normalizer.Form.NFKD);
    StringBuilder bare = new StringBuilder(apart.length());
    apart.codePoints().filter(c -> !Letters.DROPPED.get(c)).forEach(c -> {
      // й is a letter of its own, and not и with a mark
      if (c != BREVE || (!bare.isEmpty() && (last(bare) == 'и' || last(bare) == 'И'))) {
        bare.appendCodePoint(c);
      }
    });
    String whole = Normalizer.normalize(bare, Normalizer.Form.NFC);
    StringBuilder out = new StringBuilder(whole.length());
    for (int i = 0, c; i < whole.length(); i += Character.charCount(c)) {
      c = whole.codePointAt(i);
      String beside = Letters.BESIDE.get(c);
      if (beside != null && (latinOrCyrillic(whole, i - 1) || latinOrCyrillic(whole, i + 1))) {
        out.append(beside);
      } else {
        int lower = Character.toLowerCase(c);
        String sign = sign(lower);
        append(out, sign == null ? Letters.ALIKE.get(lower) : sign, lower);
      }
    }
    return out.toString();
  }

  private static void append(StringBuilder out, String text, int otherwise) {
    if (text == null) {
      out.appendCodePoint(otherwise);
    } else {
      out.append(text);
    }
  }

  private static String sign(int c) {
    return Letters.SIGNS.get(c);
  }

  private static char last(StringBuilder text) {
    return text.charAt(text.length() - 1);
  }

  private static boolean latinOrCyrillic(String text, int at) {
    char c = at < 0 || at >= text.length() ? ' ' : text.charAt(at);
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 'А' && c <= 'я');
  }

  private static String collapsed(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ' ' || (!out.isEmpty() && last(out) != ' ')) {
        out.append(c);
      }
    }
    return !out.isEmpty() && last(out) == ' ' ? out.substring(0, out.length() - 1) : out.toString();
  }
}
