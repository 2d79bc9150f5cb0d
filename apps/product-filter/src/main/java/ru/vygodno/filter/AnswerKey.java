package ru.vygodno.filter;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * An answer's key with the partition that answers: all partitions answer under the same key, each in its own.
 *
 * @param rule the rule's id, which alone goes over the wire
 * @param partition the partition of the ban topic, and so of the answer
 */
record AnswerKey(String rule, int partition) {
  static final Serializer<AnswerKey> SERIALIZER = (topic, key) -> key.rule.getBytes(StandardCharsets.UTF_8);
  static final StreamPartitioner<AnswerKey, byte[]> PARTITIONER =
      (topic, key, value, partitions) -> Optional.of(Set.of(key.partition));
}
