package ru.vygodno.recommend;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import ru.vygodno.job.Failure;

/**
 * The compacted topic of recommendations, by user id: sending a run again changes nothing.
 *
 * @param client settings of the Kafka client
 */
record RecommendationsTopic(Staging staging, String topic, Map<String, String> client) implements Destination {
  private static final int ANSWER_WITHIN_MS = 10_000;

  @Override
  public void check() {
    Map<String, Object> settings = new HashMap<>(client);
    settings.put("max.block.ms", ANSWER_WITHIN_MS);
    try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.partitionsFor(topic);
    } catch (AuthorizationException | SslAuthenticationException e) {
      throw new Failure(Failure.INFRASTRUCTURE, "KAFKA_DENIED",
          "expected to be let write to %s as the owner of %s, got %s".formatted(topic,
              client.get("ssl.keystore.location"), e.getMessage()));
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new Failure(Failure.INFRASTRUCTURE, "KAFKA_UNREACHABLE", "expected topic %s at %s, got %s"
          .formatted(topic, client.get("bootstrap.servers"), cause.getMessage()));
    }
  }

  @Override
  public Map<String, ?> publish(Dataset<Row> documents) {
    String run = staging.write(documents);
    Dataset<Row> current = staging.read(run);
    Dataset<Row> vanished = staging.vanished(run).withColumn("value", functions.lit(null).cast("string")).cache();
    send(current);
    send(vanished);
    Map<String, ?> told = Map.of("topic", topic, "records", current.count(), "retracted", vanished.count());
    staging.keepOnly(run);
    return told;
  }

  private void send(Dataset<Row> records) {
    Map<String, String> options = new HashMap<>(Map.of("topic", topic, "kafka.compression.type", "gzip"));
    client.forEach((key, value) -> options.put("kafka." + key, value));
    records.write().format("kafka").options(options).save();
  }
}
