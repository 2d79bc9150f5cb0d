package ru.vygodno.recommend;

import static org.apache.spark.sql.functions.approx_count_distinct;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_micros;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import ru.vygodno.job.Failure;

/**
 * Who did what with which product when: {@code user_id, item, at, strength, in_hand, bought}, one row an event.
 */
record Interactions(Dataset<Row> rows) {
  private static final double MICROS_A_DAY = 86_400e6;

  /**
   * @param events user_id, product_id, type, at, rating
   * @param now events of a later time are left out: one wrong clock would move every window
   */
  static Interactions of(Dataset<Row> events, Catalogue catalogue, Instant now) {
    List<Row> numbers = new ArrayList<>();
    for (int i = 0; i < catalogue.size(); i++) {
      numbers.add(RowFactory.create(catalogue.ids()[i], i));
    }
    Dataset<Row> items = events.sparkSession().createDataFrame(numbers,
        new StructType().add("product_id", DataTypes.StringType).add("item", DataTypes.IntegerType));
    return new Interactions(events
        .where(col("type").isin(Interest.types()).and(col("at").leq(at(now))))
        .join(broadcast(items), "product_id")
        .select(col("user_id"), col("item"), col("at"), Interest.strength().as("strength"),
            Interest.inHand().as("in_hand"), Interest.bought().as("bought")));
  }

  Span span() {
    Row row = rows.agg(min("at"), max("at")).head();
    if (row.isNullAt(0)) {
      throw new Failure(Failure.PREREQUISITE, "NO_EVENTS",
          "expected views, carts or purchases of known products in the lake, got none");
    }
    return new Span(row.getTimestamp(0).toInstant(), row.getTimestamp(1).toInstant());
  }

  long users() {
    return rows.agg(approx_count_distinct("user_id")).head().getLong(0);
  }

  /**
   * The histories up to a moment, one per user.
   *
   * <p>Whole users are shuffled once; all sums are of whole numbers, so the order of events makes no difference.
   */
  JavaRDD<History> histories(Instant until) {
    return rows.where(col("at").lt(at(until)))
        .repartition(col("user_id"))
        .groupBy("user_id", "item")
        .agg(sum("strength").as("strength"), max("at").as("last"), max("in_hand").as("in_hand"),
            max("bought").as("bought"))
        .withColumn("age", lit(unixMicros(until)).minus(unix_micros(col("last"))))
        .groupBy("user_id")
        .agg(sort_array(collect_list(struct("strength", "item", "age", "in_hand", "bought")), false).as("entries"))
        .toJavaRDD()
        .map(Interactions::history);
  }

  /** Per user the products that they bought or put into the cart in a window, and never before it. */
  Dataset<Row> firsts(Instant from, Instant until) {
    return rows.where(col("in_hand").and(col("at").lt(at(until))))
        .groupBy("user_id", "item").agg(min("at").as("first"))
        .where(col("first").geq(at(from)))
        .groupBy("user_id").agg(sort_array(collect_set("item")).as("items"));
  }

  /** The share of users that makes about {@code most} of them; always the same ones. */
  Interactions sample(long users, long most) {
    return users <= most ? this
        : new Interactions(rows.where(expr(
            "pmod(xxhash64(user_id), %d) < %d".formatted(users, most))));
  }

  private static History history(Row row) {
    List<Row> entries = row.getList(1);
    List<Row> liked = entries.stream().filter(each -> each.getLong(0) > 0).limit(History.LONGEST).toList();
    float[] strength = new float[liked.size()];
    float[] age = new float[liked.size()];
    boolean[] bought = new boolean[liked.size()];
    for (int i = 0; i < strength.length; i++) {
      strength[i] = liked.get(i).getLong(0);
      age[i] = (float) (liked.get(i).getLong(2) / MICROS_A_DAY);
      bought[i] = liked.get(i).getBoolean(4);
    }
    return new History(row.getString(0), liked.stream().mapToInt(each -> each.getInt(1)).toArray(), strength, age,
        bought, entries.stream().filter(each -> each.getBoolean(3)).mapToInt(each -> each.getInt(1)).toArray());
  }

  private static long unixMicros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
  }

  private static Column at(Instant instant) {
    return lit(Timestamp.from(instant));
  }
}
