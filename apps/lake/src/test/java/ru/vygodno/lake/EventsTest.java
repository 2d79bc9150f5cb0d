package ru.vygodno.lake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class EventsTest {
  private static final Timestamp RECORDED = Timestamp.from(Instant.parse("2026-03-05T10:00:00Z"));
  private static final String GOOD = """
      {"event_id":"e1","type":"purchase","user_id":"Ёжик","at":"2026-03-05T01:30:00+03:00","product_id":"7",
       "quantity":2,"amount":10.5,"currency":"RUB","unknown":[1]}""";

  private static Row read(String value) throws MalformedRecordException {
    return Events.read(new Source(bytes("Ёжик"), bytes(value), 3, 42, RECORDED));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void refused(String reason, String value) {
    String message = assertThrows(MalformedRecordException.class, () -> read(value)).getMessage();
    assertTrue(message.contains(reason), message);
  }

  @Test
  void anEventBecomesARowOnItsDayInUtc() throws Exception {
    Row row = read(GOOD);
    assertEquals(Events.SCHEMA.size(), row.size());
    assertEquals("2026-03-04", row.getString(Events.SCHEMA.fieldIndex("day")));
    assertEquals("purchase", row.getString(Events.SCHEMA.fieldIndex("type")));
    assertEquals(10.5, row.getDouble(Events.SCHEMA.fieldIndex("amount")));
    assertEquals(2, row.getInt(Events.SCHEMA.fieldIndex("quantity")));
    assertEquals(42L, row.getLong(Events.SCHEMA.fieldIndex("kafka_offset")));
    assertTrue(row.isNullAt(Events.SCHEMA.fieldIndex("rating")));
  }

  @Test
  void whatCanNotBeUnderstoodIsRefusedWithItsReason() {
    refused("expected JSON", "{\"event_id\":");
    refused("expected JSON", GOOD + "}");
    refused("expected a JSON object", "[]");
    refused("expected a JSON object", "");
    refused("type: expected a known one", GOOD.replace("purchase", "../../etc"));
    refused("event_id: expected text", GOOD.replace("\"e1\"", "null"));
    refused("product_id: expected text, got nothing", GOOD.replace("\"7\"", "\"\""));
    refused("user_id: expected the key", GOOD.replace("Ёжик", "ёжик"));
    refused("quantity: expected a whole number", GOOD.replace(":2,", ":2.5,"));
    refused("quantity: expected a whole number", GOOD.replace(":2,", ":99999999999,"));
    refused("quantity: expected a whole number", GOOD.replace(":2,", ":1e999,"));
    refused("quantity: expected a whole number", GOOD.replace(":2,", ":\"2\","));
    refused("amount: expected a number", GOOD.replace("10.5", "\"10.5\""));
    refused("Duplicate field", GOOD.replace("\"quantity\"", "\"amount\""));
  }

  @Test
  void aClockThatIsWrongDoesNotMakeFolders() throws Exception {
    refused("at: expected an ISO 8601", GOOD.replace("+03:00", ""));
    refused("at: expected a time from 2020", GOOD.replace("2026-03-05T01", "2019-12-31T01"));
    refused("at: expected a time from 2020", GOOD.replace("2026-03-05T01", "2026-03-07T01"));
    assertEquals("2026-03-05", read(GOOD.replace("2026-03-05T01", "2026-03-06T01")).getString(14));
  }

  /** Whatever the bytes are, the answer is a row or a refusal with its reason, which the lake sets aside. */
  @Test
  void survivesDamage() {
    Random random = new Random(20_261_124);
    String[] pieces = {"", "\"", "{", "[".repeat(2000), "null", "1e999", "\u0000", "Ё", "+18:30", "9".repeat(400), "../.."};
    int runs = Integer.parseInt(System.getenv().getOrDefault("FUZZ_RUNS", "5000"));
    int rows = 0;
    for (int run = 0; run < runs; run++) {
      int at = random.nextInt(GOOD.length());
      byte[] value = bytes(GOOD.substring(0, at) + pieces[random.nextInt(pieces.length)] + GOOD.substring(Math.min(GOOD.length(), at + random.nextInt(3))));
      value[random.nextInt(value.length)] = random.nextBoolean() ? (byte) random.nextInt(256) : (byte) '0';
      Source source = new Source(bytes("Ёжик"), value, 3, 42, RECORDED);
      for (RowReader reader : List.<RowReader>of(Events::read, Products::read)) {
        try {
          assertTrue(reader.read(source).getString(reader.read(source).length() - 1).matches("20\\d\\d-\\d\\d-\\d\\d"));
          rows++;
        } catch (MalformedRecordException refused) {
          assertTrue(refused.getMessage().length() < 1000, refused.getMessage());
        }
      }
    }
    assertTrue(rows > runs / 50 && rows < runs, rows + " rows");
  }
}
