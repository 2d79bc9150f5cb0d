package ru.vygodno.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** The tables of config/text/letters.json, which the commands and PostgreSQL have, too. */
final class Letters {
  /** Characters that are not seen, and marks on letters. */
  static final BitSet DROPPED = new BitSet();
  /** Signs of one kind by the one that stands for them, letters by what they look like. */
  static final Map<Integer, String> SIGNS = new HashMap<>();
  static final Map<Integer, String> ALIKE = new HashMap<>();
  /** What a Greek letter looks like beside a letter of another alphabet. */
  static final Map<Integer, String> BESIDE = new HashMap<>();
  /** The Cyrillic letter that an ASCII character looks like, or the character itself. */
  static final char[] CYRILLIC = new char[0x80];

  private Letters() {}

  static {
    for (char c = 0; c < CYRILLIC.length; c++) {
      CYRILLIC[c] = c;
    }
    try (InputStream in = Letters.class.getResourceAsStream("/letters.json");
        JsonParser parser = new JsonFactory().createParser(in)) {
      read(parser);
    } catch (IOException e) {
      throw new UncheckedIOException("expected the tables of letters in the jar", e);
    }
  }

  private static void read(JsonParser parser) throws IOException {
    Map<String, String> twins = new HashMap<>();
    parser.nextToken();
    for (String table = parser.nextFieldName(); table != null; table = parser.nextFieldName()) {
      switch (table) {
        case "dropped" -> {
          parser.nextToken();
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            ranges(parser.getText(), DROPPED);
          }
        }
        case "signs" -> entries(parser, (sign, alike) -> {
          BitSet points = new BitSet();
          ranges(alike, points);
          points.stream().forEach(point -> SIGNS.put(point, sign));
        });
        case "alike" -> entries(parser, (letter, alike) -> alike.codePoints().forEach(c -> ALIKE.put(c, letter)));
        case "beside" -> entries(parser, (letter, other) -> BESIDE.put(letter.codePointAt(0), other));
        case "twins" -> entries(parser, twins::put);
        default -> throw new IOException("expected a known table, got " + table);
      }
    }
    for (int i = 0; i < twins.get("latin").length(); i++) {
      CYRILLIC[twins.get("latin").charAt(i)] = twins.get("cyrillic").charAt(i);
    }
  }

  private static void entries(JsonParser parser, BiConsumer<String, String> take) throws IOException {
    parser.nextToken();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      take.accept(name, parser.nextTextValue());
    }
  }

  /** Adds ranges such as {@code 00AD 0300-036F}. */
  private static void ranges(String text, BitSet to) {
    for (String range : text.split(" ")) {
      String[] ends = range.split("-");
      to.set(Integer.parseInt(ends[0], 16), Integer.parseInt(ends[ends.length - 1], 16) + 1);
    }
  }
}
