package ru.vygodno.filter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The program's configuration file: settings of Kafka Streams and its clients, and our own under {@code vygodno.}.
 *
 * @param streams what Kafka Streams gets
 * @param readyFile {@code vygodno.ready.file}: exists, with the process id, while the filter is running; or null
 * @param topics the topics, with {@code vygodno.topic.prefix} before their names, as {@code vygodno.stores} demands
 */
record Settings(Properties streams, Path readyFile, Topics topics) {
  private static final String OWN = "vygodno.";
  private static final String READY_FILE = OWN + "ready.file";
  private static final String TOPIC_PREFIX = OWN + "topic.prefix";
  private static final String STORES = OWN + "stores";

  /**
   * @throws IOException when the file can't be read
   * @throws IllegalArgumentException when a setting of ours is unknown: a misspelt one would be ignored in silence; or
   *     no stores are declared
   */
  static Settings load(Path file) throws IOException {
    Properties all = new Properties();
    try (var in = Files.newBufferedReader(file)) {
      all.load(in);
    }
    Properties streams = new Properties();
    streams.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    for (String name : all.stringPropertyNames()) {
      if (!name.startsWith(OWN)) {
        streams.put(name, all.getProperty(name).trim());
      } else if (!List.of(READY_FILE, TOPIC_PREFIX, STORES).contains(name)) {
        throw new IllegalArgumentException(
            "%s: expected %s, %s or %s, got %s".formatted(file, READY_FILE, TOPIC_PREFIX, STORES, name));
      }
    }
    String ready = all.getProperty(READY_FILE);
    return new Settings(streams, ready == null ? null : Path.of(ready.trim()),
        new Topics(all.getProperty(TOPIC_PREFIX, "").trim(), new Stores(all.getProperty(STORES, ""))));
  }
}
