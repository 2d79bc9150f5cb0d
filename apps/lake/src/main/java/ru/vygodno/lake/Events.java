package ru.vygodno.lake;

import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Rows of the table {@code events}: one for each thing a user did. */
final class Events {
  static final StructType SCHEMA = StructType.fromDDL("""
      event_id string, user_id string, at timestamp, product_id string, query string, results int, quantity int,
      rating int, text string, amount double, currency string, kafka_partition int, kafka_offset bigint,
      type string, day string""");

  private static final Set<String> ABOUT_A_PRODUCT = Set.of("view", "cart", "purchase", "review");
  private static final Set<String> OTHERS = Set.of("search", "recommend");
  // each day is a folder: a wrong clock must not make thousands of them
  private static final Instant EARLIEST = Instant.parse("2020-01-01T00:00:00Z");
  private static final Duration AHEAD = Duration.ofDays(1);

  private Events() {}

  static Row read(Source source) throws MalformedRecordException {
    JsonObject json = JsonObject.parse(source.value());
    String type = json.required("type");
    boolean aboutProduct = ABOUT_A_PRODUCT.contains(type);
    if (!aboutProduct && !OTHERS.contains(type)) {
      throw new MalformedRecordException("type: expected a known one, got %.60s".formatted(type));
    }
    String user = json.required("user_id");
    if (source.key() == null || !user.equals(new String(source.key(), StandardCharsets.UTF_8))) {
      throw new MalformedRecordException("user_id: expected the key of the record, got %.60s".formatted(user));
    }
    OffsetDateTime at = time(json.required("at"), source.at().toInstant());
    return RowFactory.create(json.required("event_id"), user, Timestamp.from(at.toInstant()),
        aboutProduct ? json.required("product_id") : json.text("product_id"), json.text("query"),
        json.integer("results"), json.integer("quantity"), json.integer("rating"), json.text("text"),
        json.number("amount"), json.text("currency"), source.partition(), source.offset(), type,
        at.toLocalDate().toString());
  }

  private static OffsetDateTime time(String text, Instant recorded) throws MalformedRecordException {
    try {
      OffsetDateTime at = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
      if (at.toInstant().isAfter(EARLIEST) && at.toInstant().isBefore(recorded.plus(AHEAD))) {
        return at;
      }
      throw new MalformedRecordException("at: expected a time from 2020 to a day after %s, got %s".formatted(recorded, text));
    } catch (DateTimeParseException e) {
      throw new MalformedRecordException("at: expected an ISO 8601 time with its offset, got %.60s".formatted(text));
    }
  }
}
