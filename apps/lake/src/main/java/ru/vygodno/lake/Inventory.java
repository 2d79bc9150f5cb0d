package ru.vygodno.lake;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import ru.vygodno.job.Arguments;
import ru.vygodno.job.Job;
import ru.vygodno.job.Progress;

/**
 * Says what the lake holds, to be compared with the topics: how many events, malformed ones included, a digest of them
 * (the sum, which knows no order, of 48 bits of the SHA-256 of each one's partition, offset, user and id; of a malformed
 * one, which is told by its place alone, of partition, offset and a word), which places these are, up to which offsets,
 * and which products are listed in it, up to which offsets of theirs.
 */
public final class Inventory implements Job {
  private static final String EVENTS = """
      select kafka_partition, kafka_offset, concat_ws(' ', kafka_partition, kafka_offset, user_id, event_id) what,
        false malformed from events
      union all
      select kafka_partition, kafka_offset, concat_ws(' ', kafka_partition, kafka_offset, 'malformed'), true
      from quarantine where topic = 'client.events'""";
  private static final String DIGEST = """
      select kafka_partition, count(*), max(kafka_offset) + 1,
        cast(sum(cast(conv(left(sha2(what, 256), 12), 16, 10) as decimal(20))) as string),
        collect_list(kafka_offset) filter (where malformed)
      from (%s) where kafka_offset >= coalesce(try_element_at(from_json('%s', 'map<string,bigint>'),
        cast(kafka_partition as string)), 0) group by kafka_partition""";
  private static final String LISTED = """
      select product_id from products group by product_id
      having max(struct(kafka_offset, doc)).doc is not null order by product_id""";
  private static final String READ = """
      select kafka_partition, max(kafka_offset) + 1 from (
        select kafka_partition, kafka_offset from products union all
        select kafka_partition, kafka_offset from quarantine where topic = 'catalog.products')
      group by kafka_partition""";

  private Inventory() {}

  /** @param args {@code --key value} pairs, see {@link #arguments} */
  public static void main(String[] args) {
    Job.main(new Inventory(), "inventory", args);
  }

  /** {@code since}: the first offset of each partition to be counted, as JSON; Kafka may have forgotten the earlier ones. */
  @Override
  public List<String> arguments() {
    return List.of("lake", "since");
  }

  @Override
  public void run(SparkSession spark, Arguments arguments) {
    for (String table : List.of("events", "quarantine", "products")) {
      LakeTables.read(spark, arguments.required("lake"), table).createOrReplaceTempView(table);
    }
    long count = 0;
    BigDecimal digest = BigDecimal.ZERO;
    Map<String, Long> until = new TreeMap<>();
    Map<String, List<Long>> quarantined = new TreeMap<>();
    for (Row row : spark.sql(DIGEST.formatted(EVENTS, arguments.required("since"))).collectAsList()) {
      count += row.getLong(1);
      until.put(String.valueOf(row.getInt(0)), row.getLong(2));
      digest = digest.add(new BigDecimal(row.getString(3)));
      quarantined.put(String.valueOf(row.getInt(0)), List.copyOf(row.getList(4)));
    }
    List<String> listed = spark.sql(LISTED).collectAsList().stream().map(row -> row.getString(0)).toList();
    Map<String, Long> listedUntil = new TreeMap<>();
    spark.sql(READ).collectAsList().forEach(row -> listedUntil.put(String.valueOf(row.getInt(0)), row.getLong(1)));
    new Progress().done("inventory", Map.of("count", count, "digest", digest.toPlainString(), "until", until,
        "quarantined", quarantined, "listed", listed, "listedUntil", listedUntil));
  }
}
