package ru.vygodno.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Looks at the topics before the filter starts: Kafka Streams itself would say less and say it later. */
final class TopicCheck {
  /** A cluster that starts at the same time has this long to answer. */
  private static final int PATIENCE_MS = 60_000;

  private TopicCheck() {}

  /** Returns what is wrong with the topics, one line a problem; empty when all is well. */
  static List<String> problems(Properties clients, Topics topics) throws ExecutionException, InterruptedException {
    Properties settings = new Properties();
    clients.forEach((name, value) -> {
      String key = (String) name;
      if (AdminClientConfig.configNames().contains(key)) {
        settings.put(key, value);
      }
    });
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Integer.toString(PATIENCE_MS));
    try (Admin admin = Admin.create(settings)) {
      DescribeTopicsResult described = admin.describeTopics(topics.all());
      List<String> problems = new ArrayList<>();
      int expected = -1;
      for (String topic : topics.all()) {
        int partitions = partitions(described.topicNameValues(), topic);
        if (partitions == 0) {
          problems.add(topic + ": expected a topic, got none");
        } else if (topics.copartitioned().contains(topic)) {
          expected = expected < 0 ? partitions : expected;
          if (partitions != expected) {
            problems.add("%s: expected %d partitions as %s has, got %d"
                .formatted(topic, expected, topics.products(), partitions));
          }
        }
      }
      return problems;
    }
  }

  private static int partitions(Map<String, KafkaFuture<TopicDescription>> described, String topic)
      throws ExecutionException, InterruptedException {
    try {
      return described.get(topic).get().partitions().size();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return 0;
      }
      throw e;
    }
  }
}
