package ru.vygodno.connect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.connect.errors.DataException;
import ru.vygodno.product.Instants;

/**
 * Turns the recommendations of a user into a row. Strict about what serving relies on: an object with an instant
 * {@code computed_at}, a text {@code model} and an array {@code items}, each with a text {@code product_id} and
 * {@code reason} and a number {@code score}.
 */
public final class RecommendationConverter extends RowConverter {
  private static final Set<String> DOCUMENT = Set.of("computed_at", "model", "items");
  private static final Set<String> ITEM = Set.of("product_id", "reason", "score");

  private static final int MAX_PATH = 100;

  private final JsonFactory json = JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  /** Creates a converter whose keys are user ids. */
  public RecommendationConverter() {
    super("user_id");
  }

  @Override
  void check(byte[] document) {
    // from text, not from bytes: a parser of bytes guesses at other encodings
    try (JsonParser parser = json.createParser(decode("value", document))) {
      expect(parser.nextToken() == JsonToken.START_OBJECT, "", "a JSON object", parser);
      fields(parser, "", DOCUMENT);
      expect(parser.nextToken() == null, "", "nothing after the JSON object", parser);
    } catch (JsonProcessingException e) {
      throw new DataException("expected JSON, got: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("can't happen: the text is in memory", e);
    }
  }

  /** Reads an object's fields to its end; those needed must be there, others than known ones may not. */
  private static void fields(JsonParser parser, String path, Set<String> needed) throws IOException {
    Set<String> seen = new HashSet<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      String at = path + name;
      expect(seen.add(name), at, "once", parser);
      if (name.equals("items") && needed == DOCUMENT) {
        items(parser);
      } else if (name.equals("score") && needed == ITEM) {
        expect(parser.currentToken().isNumeric() && parser.getTextLength() <= 40 && fitsDouble(parser), at, "a number", parser);
      } else {
        expect(needed.contains(name) || name.equals(needed == ITEM ? "reason_product_id" : "user_id"), at, "no other field", parser);
        expect(parser.currentToken() == JsonToken.VALUE_STRING && storable(parser.getText()), at, "text", parser);
        expect(!name.equals("computed_at") || instant(parser.getText()), at, "an instant such as 2026-03-01T00:00:00Z", parser);
      }
    }
    for (String name : needed) {
      expect(seen.contains(name), path + name, "a value", parser);
    }
  }

  private static void items(JsonParser parser) throws IOException {
    expect(parser.currentToken() == JsonToken.START_ARRAY, "items", "an array", parser);
    for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
      String path = "items[" + index + "]";
      expect(parser.currentToken() == JsonToken.START_OBJECT, path, "an object", parser);
      fields(parser, path + ".", ITEM);
    }
  }

  /** Neither too large nor so small that it would be nought: PostgreSQL refuses to cast both. */
  private static boolean fitsDouble(JsonParser parser) throws IOException {
    double value = parser.getDoubleValue();
    return Double.isFinite(value) && (value != 0 || parser.getDecimalValue().signum() == 0);
  }

  /** What PostgreSQL can cast to timestamptz: its years begin with 1, its offsets end before 16 hours. */
  private static boolean instant(String text) {
    return text.length() <= 30 && text.endsWith("Z") && !text.startsWith("0000") && Instants.valid(text);
  }

  /** What jsonb can hold: no U+0000, no half of a surrogate pair. */
  private static boolean storable(String text) {
    return text.codePoints().noneMatch(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private static void expect(boolean held, String path, String expected, JsonParser parser) {
    if (!held) {
      // a name may be as long as a record; the message goes into a header of the dead letter
      String where = path.isEmpty() ? "" : path.substring(0, Math.min(path.length(), MAX_PATH)) + ": ";
      throw new DataException(where + "expected " + expected + ", got " + parser.currentToken());
    }
  }
}
