package ru.vygodno.lake;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.StructType;

/** What flows from a topic into the lake. Its malformed records go to {@code quarantine}. */
enum Feed {
  EVENTS("client.events", Events::read, new Table("events", Events.SCHEMA, List.of("day"))),
  PRODUCTS("catalog.products", Products::read, new Table("products", Products.SCHEMA, List.of("day")));

  static final Table QUARANTINE = new Table("quarantine", Quarantine.SCHEMA, List.of("day"));

  private final String topic;
  private final RowReader reader;
  private final Table table;

  Feed(String topic, RowReader reader, Table table) {
    this.topic = topic;
    this.reader = reader;
    this.table = table;
  }

  String topic() {
    return topic;
  }

  RowReader reader() {
    return reader;
  }

  Table table() {
    return table;
  }

  /** @return its name in paths */
  String path() {
    return table.name();
  }

  static Set<String> topics() {
    return Arrays.stream(values()).map(Feed::topic).collect(Collectors.toSet());
  }

  /** @param schema all columns, those of {@code partitions} last, in their order */
  record Table(String name, StructType schema, List<String> partitions) implements Serializable {
    static Map<String, Table> byName() {
      return Map.of("events", EVENTS.table, "products", PRODUCTS.table, "quarantine", QUARANTINE);
    }
  }
}
