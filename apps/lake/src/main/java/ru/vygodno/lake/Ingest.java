package ru.vygodno.lake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import ru.vygodno.job.Arguments;
import ru.vygodno.job.Job;
import ru.vygodno.job.Progress;

/** Brings what is new in the topics into the lake, each record exactly once; with {@code --follow} it goes on. */
public final class Ingest implements Job {
  private static final int RECORDS_A_BATCH = 500_000;

  private Ingest() {}

  /** @param args {@code --key value} pairs, see {@link #arguments} */
  public static void main(String[] args) {
    Job.main(new Ingest(), "ingest", args);
  }

  @Override
  public List<String> arguments() {
    return List.of("lake", "lock", "brokers", "keystore", "truststore", "batch", "follow");
  }

  @Override
  public void run(SparkSession spark, Arguments arguments) {
    KafkaAccess kafka =
        new KafkaAccess(arguments.required("brokers"), arguments.required("keystore"), arguments.required("truststore"));
    int batch = arguments.number("batch", RECORDS_A_BATCH, 1);
    int seconds = arguments.number("follow", 0, 0);
    Progress progress = new Progress();
    try (LakeLock ignored = LakeLock.take(arguments.required("lock"))) {
      List<FeedStream> streams = new ArrayList<>();
      for (Feed feed : Feed.values()) {
        streams.add(FeedStream.prepare(spark, feed, arguments.required("lake"), kafka, progress));
      }
      progress.done("prepared", Map.of());
      List<StreamingQuery> queries = new ArrayList<>();
      for (FeedStream stream : streams) {
        queries.add(stream.start(batch, seconds));
      }
      for (StreamingQuery query : queries) {
        query.awaitTermination();
      }
      streams.forEach(FeedStream::report);
    } catch (StreamingQueryException e) {
      throw FeedStream.failure(e);
    } catch (java.io.IOException | InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }
}
