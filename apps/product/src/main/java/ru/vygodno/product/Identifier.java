package ru.vygodno.product;

import java.util.Arrays;

/**
 * What can name a product, a sku, a store or a user: 1 to 200 visible characters without a blank around them.
 * Identifiers are compared byte by byte, so what looks the same must be the same.
 *
 * <p>Refused is what can't be seen, or can't be told from something else. The table is written out, for the properties
 * of Unicode differ from one runtime to the next; clients/identifier.ts holds the same one and gives the reasons,
 * tests/fixtures/identifier-cases.json holds both to it.
 */
public final class Identifier {
  /** Longest identifier, in UTF-16 code units: three bytes each, it fits into every index and key made of it. */
  public static final int MAX_LENGTH = 200;

  static final String EXPECTED = "1 to " + MAX_LENGTH + " visible characters, without a blank around them";

  /** First and last of each range of what can't be seen; the last two of every plane are looked at by themselves. */
  private static final int[] UNSEEN = {
    0x0, 0x1F, 0x7F, 0xA0, 0xAD, 0xAD, 0x300, 0x36F, 0x600, 0x605, 0x61C, 0x61C, 0x6DD, 0x6DD, 0x70F, 0x70F,
    0x890, 0x891, 0x8E2, 0x8E2, 0x115F, 0x1160, 0x1680, 0x1680, 0x17B4, 0x17B5, 0x180B, 0x180F, 0x1AB0,
    0x1AFF, 0x1DC0, 0x1DFF, 0x2000, 0x200F, 0x2028, 0x202F, 0x205F, 0x206F, 0x20D0, 0x20FF, 0x2800, 0x2800,
    0x3000, 0x3000, 0x3164, 0x3164, 0xD800, 0xF8FF, 0xFDD0, 0xFDEF, 0xFE00, 0xFE0F, 0xFE20, 0xFE2F, 0xFEFF,
    0xFEFF, 0xFFA0, 0xFFA0, 0xFFF0, 0xFFFF, 0x110BD, 0x110BD, 0x110CD, 0x110CD, 0x13430, 0x1343F, 0x16FE4,
    0x16FE4, 0x1BCA0, 0x1BCA3, 0x1D159, 0x1D159, 0x1D173, 0x1D17A, 0xE0000, 0xE0FFF, 0xF0000, 0x10FFFF
  };

  private Identifier() {}

  /** Whether a text can name something. */
  public static boolean valid(String text) {
    int length = text.length();
    if (length == 0 || length > MAX_LENGTH || text.charAt(0) == ' ' || text.charAt(length - 1) == ' ') {
      return false;
    }
    for (int i = 0, c; i < length; i += Character.charCount(c)) {
      c = text.codePointAt(i);
      if (unseen(c)) {
        return false;
      }
    }
    return true;
  }

  /** Whether there is anything to see in a text. */
  public static boolean visible(String text) {
    for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      if (c != ' ' && !unseen(c)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a character can't be seen, or can't be told from something else. */
  static boolean unseen(int c) {
    if (c > ' ' && c < 0x7F || c >= 0x400 && c < 0x600 || c == ' ') {
      return false;
    }
    if ((c & 0xFFFE) == 0xFFFE) {
      return true;
    }
    int at = Arrays.binarySearch(UNSEEN, c);
    // between the first and the last of a range the place to insert at is that of the last, which is odd
    return at >= 0 || (-at - 1) % 2 == 1;
  }
}
