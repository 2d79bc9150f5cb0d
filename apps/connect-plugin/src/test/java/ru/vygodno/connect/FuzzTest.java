package ru.vygodno.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes, a sink's record is a row that PostgreSQL takes or a {@link DataException}, which a dead-letter queue
 * covers: any other exception would stop the task. The seed is fixed; {@code FUZZ_RUNS} tries more by hand.
 */
class FuzzTest {
  private static final int RUNS = Integer.parseInt(System.getenv().getOrDefault("FUZZ_RUNS", "5000"));
  private static final String PRODUCT = """
      {"product_id":"1","name":"Чай «Ёлка»","description":"","price":{"amount":99.5,"currency":"RUB"},
      "category":"Чай","brand":"Ёлка","stock":{"available":1,"reserved":0},"sku":"Ч-1","tags":["a"],"images":[],
      "specifications":{"вес":"1"},"created_at":"2023-10-01T12:00:00Z","updated_at":"2023-10-01T12:00:00Z",
      "index":"products","store_id":"s"}""";
  private static final String RECOMMENDATION = """
      {"user_id":"анна","computed_at":"2026-03-01T00:00:00Z","model":"als","items":[
      {"product_id":"1","score":0.5,"reason":"bought together with «Чай»","reason_product_id":"2"}]}""";
  private static final List<String> PIECES = List.of("", "\"", "\\", "\\u0000", "\u0000", "\\ud800", "{", "}", "[", "]", ":",
      ",", "null", "1e999", "-", "9".repeat(500), "[".repeat(2000), "Ё", "😀", "'; drop table products", "\n", "\uFEFF", "1.5");

  private final Random random = new Random(20_261_124);

  private byte[] damaged(String text) {
    int at = random.nextInt(text.length());
    String piece = PIECES.get(random.nextInt(PIECES.size()));
    byte[] bytes = (text.substring(0, at) + piece + text.substring(Math.min(text.length(), at + random.nextInt(4)))).getBytes(UTF_8);
    if (random.nextInt(3) == 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  @Test
  void aDocumentIsARowUnchangedOrRefused() throws IOException {
    for (Map.Entry<String, RowConverter> each : Map.of(PRODUCT, new ProductConverter(), RECOMMENDATION, new RecommendationConverter()).entrySet()) {
      int rows = 0;
      each.getValue().configure(Map.of(), false);
      for (int run = 0; run < RUNS; run++) {
        byte[] value = damaged(each.getKey());
        try {
          SchemaAndValue row = each.getValue().toConnectData("t", value);
          String doc = ((Struct) row.value()).getString("doc");
          assertArrayEquals(value, doc.getBytes(UTF_8));
          assertTrue(jsonbHolds(doc), doc);
          rows++;
        } catch (DataException refused) {
          assertTrue(refused.getMessage().length() < 600, refused.getMessage());
        }
      }
      assertTrue(rows > RUNS / 50 && rows < RUNS, rows + " rows");
    }
  }

  /** JSON whose texts and names have no U+0000, which a column of type jsonb refuses. */
  private static boolean jsonbHolds(String doc) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(doc)) {
      while (parser.nextToken() != null) {
        if (parser.getText().indexOf(0) >= 0) {
          return false;
        }
      }
      return true;
    }
  }

  @Test
  void aKeyIsARowsKeyOrRefused() {
    ProductConverter converter = new ProductConverter();
    converter.configure(Map.of(), true);
    for (int run = 0; run < RUNS; run++) {
      byte[] key = new byte[random.nextInt(230)];
      random.nextBytes(key);
      if (random.nextBoolean()) {
        key = damaged("товар-1");
      }
      try {
        String id = ((Struct) converter.toConnectData("t", key).value()).getString("product_id");
        assertTrue(!id.isEmpty() && id.length() <= 200 && id.indexOf(0) < 0, id);
      } catch (DataException refused) {
        assertTrue(refused.getMessage().startsWith("key: "), refused.getMessage());
      }
    }
  }

  @Test
  void aLineOfTheDebugFileIsOneLineOfKeyAndValue() {
    KeyedLine<SinkRecord> line = new KeyedLine<>();
    for (int run = 0; run < RUNS; run++) {
      String value = new String(damaged(PRODUCT), UTF_8);
      SinkRecord record = new SinkRecord("t", 0, null, new String(damaged("a\tb\nc"), UTF_8), null, value, run);
      String text = (String) line.apply(record).value();
      assertEquals(text.indexOf('\t'), text.length() - value.length() - 1, text);
      assertTrue(text.lines().count() <= 1 && !text.contains("\n"), text);
    }
  }
}
