package ru.vygodno.lake;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import ru.vygodno.job.Failure;

/**
 * Where the offsets in a checkpoint count: the cluster and the topic, by their ids. Elsewhere they would skip records or
 * read them twice.
 */
record Origin(String cluster, String topic) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Asks the cluster.
   *
   * @throws Failure {@code KAFKA_UNREACHABLE} or {@code TOPIC_MISSING}
   */
  static Origin ask(Map<String, Object> kafka, String topic) throws InterruptedException {
    try (Admin admin = Admin.create(kafka)) {
      String cluster = admin.describeCluster().clusterId().get();
      TopicDescription described = admin.describeTopics(java.util.List.of(topic)).allTopicNames().get().get(topic);
      return new Origin(cluster, described.topicId().toString());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new Failure(Failure.INFRASTRUCTURE, "TOPIC_MISSING",
            "expected the topic %s at %s, got none".formatted(topic, kafka.get("bootstrap.servers")));
      }
      throw new Failure(Failure.INFRASTRUCTURE, "KAFKA_UNREACHABLE", "expected Kafka at %s to answer, got: %s"
          .formatted(kafka.get("bootstrap.servers"), e.getCause().getMessage()));
    }
  }

  /**
   * Writes itself beside a checkpoint, or compares itself with what stands there.
   *
   * @throws Failure {@code CHECKPOINT_FOREIGN} when the checkpoint belongs to another cluster or topic
   */
  void claim(FileSystem files, Path file, String topicName) throws IOException {
    if (!files.exists(file)) {
      Path written = file.suffix(".new");
      try (OutputStream out = files.create(written, true)) {
        JSON.writeValue(out, this);
      }
      files.rename(written, file);
      return;
    }
    Origin owner;
    try (InputStream in = files.open(file)) {
      owner = JSON.readValue(in, Origin.class);
    }
    if (!owner.equals(this)) {
      String what = owner.cluster.equals(cluster) ? "the topic %s with id %s".formatted(topicName, owner.topic)
          : "cluster %s".formatted(owner.cluster);
      String seen = owner.cluster.equals(cluster) ? "one made anew, id " + topic : "cluster " + cluster;
      throw new Failure(Failure.USAGE, "CHECKPOINT_FOREIGN",
          "expected %s, to which the checkpoint beside %s belongs, got %s".formatted(what, file, seen));
    }
  }
}
