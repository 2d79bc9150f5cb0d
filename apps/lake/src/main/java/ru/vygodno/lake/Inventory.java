package ru.vygodno.lake;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import ru.vygodno.job.Arguments;
import ru.vygodno.job.Job;
import ru.vygodno.job.Progress;

/**
 * Says how many events the lake holds, malformed ones included, and a digest to be compared with the topic's: the sum,
 * which knows no order, of 48 bits of the SHA-256 of each one's partition, key and id.
 */
public final class Inventory implements Job {
  private static final String DIGEST = """
      select count(*) events, cast(coalesce(sum(cast(conv(left(sha2(what, 256), 12), 16, 10) as decimal(20))), 0) as string)
      from (select concat_ws(' ', kafka_partition, user_id, event_id) what from events
        union all select concat_ws(' ', kafka_partition, decode(key, 'UTF-8'), 'malformed') from quarantine
        where topic = 'client.events')""";

  private Inventory() {}

  /** @param args {@code --key value} pairs, see {@link #arguments} */
  public static void main(String[] args) {
    Job.main(new Inventory(), "inventory", args);
  }

  @Override
  public List<String> arguments() {
    return List.of("lake");
  }

  @Override
  public void run(SparkSession spark, Arguments arguments) {
    for (String table : List.of("events", "quarantine")) {
      LakeTables.read(spark, arguments.required("lake"), table).createOrReplaceTempView(table);
    }
    Row row = spark.sql(DIGEST).first();
    new Progress().done("inventory", Map.of("count", row.getLong(0), "digest", row.getString(1)));
  }
}
