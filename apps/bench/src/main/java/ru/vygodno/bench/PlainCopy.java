package ru.vygodno.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The yardstick of the filter's throughput: copies records from one topic to another and does nothing else, with
 * acks=all and an idempotent producer. The clock runs from the first record read to the last one acknowledged.
 */
public final class PlainCopy {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private PlainCopy() {}

  /**
   * Copies COUNT records and prints {@code {"records":n,"seconds":s,"recordsPerSecond":r}}.
   *
   * @param args CONFIG.properties (clients' settings, also with the prefixes {@code consumer.} and
   *     {@code producer.}), SOURCE topic, TARGET topic, COUNT
   * @throws Exception when the configuration can't be read, or COUNT records don't come within a minute of silence
   */
  public static void main(String[] args) throws Exception {
    if (args.length != 4) {
      System.err.println("usage: PlainCopy CONFIG.properties SOURCE TARGET COUNT");
      System.exit(2);
    }
    Properties settings = load(Path.of(args[0]));
    long count = Long.parseLong(args[3]);
    double seconds = copy(settings, args[1], args[2], count);
    System.out.printf(Locale.ROOT, "{\"records\":%d,\"seconds\":%.3f,\"recordsPerSecond\":%.0f}%n",
        count, seconds, count / seconds);
  }

  private static Properties load(Path file) throws IOException {
    Properties settings = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      settings.load(in);
    }
    return settings;
  }

  private static double copy(Properties settings, String source, String target, long count) throws Exception {
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerSettings(settings),
            new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producerSettings(settings),
            new ByteArraySerializer(), new ByteArraySerializer())) {
      var partitions = consumer.partitionsFor(source).stream()
          .map(p -> new TopicPartition(source, p.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      producer.partitionsFor(target);
      long copied = 0;
      long start = 0;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (copied < count) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(500));
        if (records.isEmpty() && System.nanoTime() > deadline) {
          throw new IllegalStateException("expected %d records in %s, got %d".formatted(count, source, copied));
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
          if (copied == 0) {
            start = System.nanoTime();
          }
          if (copied == count) {
            break;
          }
          copied++;
          producer.send(new ProducerRecord<>(target, null, record.timestamp(), record.key(), record.value()),
              (metadata, exception) -> {
                if (exception != null) {
                  failure.compareAndSet(null, exception);
                }
              });
        }
        if (!records.isEmpty()) {
          deadline = System.nanoTime() + PATIENCE.toNanos();
        }
      }
      producer.flush();
      if (failure.get() != null) {
        throw failure.get();
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static Properties consumerSettings(Properties settings) {
    Properties own = prefixed(settings, "consumer.");
    own.putIfAbsent(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    return own;
  }

  private static Properties producerSettings(Properties settings) {
    Properties own = prefixed(settings, "producer.");
    own.put(ProducerConfig.ACKS_CONFIG, "all");
    own.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    return own;
  }

  /** The connection settings, plus those with the prefix: the filter's own file works here as well. */
  private static Properties prefixed(Properties settings, String prefix) {
    Properties own = new Properties();
    settings.stringPropertyNames().forEach(name -> {
      if (name.equals("bootstrap.servers") || name.equals("security.protocol") || name.startsWith("ssl.")) {
        own.putIfAbsent(name, settings.getProperty(name));
      } else if (name.startsWith(prefix)) {
        own.put(name.substring(prefix.length()), settings.getProperty(name));
      }
    });
    return own;
  }
}
