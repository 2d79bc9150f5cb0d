package ru.vygodno.connect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ServiceLoader;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.junit.jupiter.api.Test;

class KeyedLineTest {
  private final KeyedLine<SinkRecord> line = new KeyedLine<>();

  private SinkRecord apply(Object key, Object value) {
    return line.apply(new SinkRecord("t", 2, Schema.OPTIONAL_STRING_SCHEMA, key, null, value, 7));
  }

  @Test
  void joinsKeyAndValueByATab() {
    SinkRecord r = apply("1", "{\"name\":\"Чай\"}");
    assertEquals("1\t{\"name\":\"Чай\"}", r.value());
    assertEquals(Schema.STRING_SCHEMA, r.valueSchema());
    assertEquals(7, r.kafkaOffset());
  }

  @Test
  void endsAtTheTabForATombstone() {
    assertEquals("1\t", apply("1", null).value());
  }

  @Test
  void keepsARecordOnOneLine() {
    assertEquals("1\t{   \"a\\n\": 1 }", apply("1", "{\r\n \"a\\n\": 1\n}").value());
    assertEquals("a b c\t{}", apply("a\tb\nc", "{}").value());
  }

  @Test
  void refusesWhatIsNotAString() {
    assertThrows(DataException.class, () -> apply("1", new byte[0]));
  }

  @Test
  @SuppressWarnings("rawtypes")
  void isFoundByServiceLoading() {
    assertTrue(ServiceLoader.load(Transformation.class).stream().anyMatch(p -> p.type() == KeyedLine.class));
  }
}
