package ru.vygodno.lake;

import java.util.Map;
import java.util.TreeMap;

/**
 * A Kafka cluster and who we are there, by mutual TLS.
 *
 * @param keystore PEM file with key and certificate
 * @param truststore PEM file with the CA
 */
record KafkaAccess(String brokers, String keystore, String truststore) {

  /** @return settings of a Kafka client */
  Map<String, Object> settings() {
    return new TreeMap<>(Map.of("bootstrap.servers", brokers, "security.protocol", "SSL", "ssl.keystore.type", "PEM",
        "ssl.keystore.location", keystore, "ssl.truststore.type", "PEM", "ssl.truststore.location", truststore,
        "default.api.timeout.ms", "20000", "request.timeout.ms", "15000"));
  }

  /** @return the same as options of Spark's Kafka source */
  Map<String, String> options() {
    Map<String, String> options = new TreeMap<>();
    settings().forEach((key, value) -> options.put("kafka." + key, (String) value));
    // aborted transactions never were
    options.put("kafka.isolation.level", "read_committed");
    return options;
  }
}
