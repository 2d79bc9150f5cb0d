package ru.vygodno.product;

/**
 * Checks {@code YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)} (the RFC 3339 profile of ISO-8601, without leap seconds)
 * by hand: the java.time parser takes longer than all the rest of reading a product.
 */
public final class Instants {
  private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private Instants() {}

  /** Whether the text is an instant of the years 0000 to 9999. */
  public static boolean valid(String s) {
    if (s.length() < 20 || s.charAt(4) != '-' || s.charAt(7) != '-' || s.charAt(10) != 'T'
        || s.charAt(13) != ':' || s.charAt(16) != ':') {
      return false;
    }
    int year = number(s, 0, 4);
    int month = number(s, 5, 2);
    int day = number(s, 8, 2);
    return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
        && within(s, 11, 23) && within(s, 14, 59) && within(s, 17, 59) && zone(s, fractionEnd(s));
  }

  private static int daysOf(int year, int month) {
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : DAYS[month - 1];
  }

  /** Returns where the zone begins, or -1 when a point is not followed by digits. */
  private static int fractionEnd(String s) {
    if (s.charAt(19) != '.') {
      return 19;
    }
    int end = 20;
    while (end < s.length() && digit(s.charAt(end))) {
      end++;
    }
    return end == 20 ? -1 : end;
  }

  private static boolean zone(String s, int at) {
    if (at < 0 || at >= s.length()) {
      return false;
    }
    char sign = s.charAt(at);
    if (sign == 'Z') {
      return s.length() == at + 1;
    }
    return (sign == '+' || sign == '-') && s.length() == at + 6 && s.charAt(at + 3) == ':'
        && within(s, at + 1, 23) && within(s, at + 4, 59);
  }

  private static boolean within(String s, int from, int max) {
    int n = number(s, from, 2);
    return n >= 0 && n <= max;
  }

  private static int number(String s, int from, int length) {
    int n = 0;
    for (int i = from; i < from + length; i++) {
      if (!digit(s.charAt(i))) {
        return -1;
      }
      n = n * 10 + s.charAt(i) - '0';
    }
    return n;
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }
}
