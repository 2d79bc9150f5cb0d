package ru.vygodno.recommend;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The records of the topic: {@code key} = user id, {@code value} = JSON. */
final class Documents {
  /** The key of what is shown to a user whom nobody knows. */
  static final String ANYBODY = "*";

  private static final double PRECISION = 1e6;
  private static final StructType ITEM = new StructType().add("product_id", DataTypes.StringType)
      .add("score", DataTypes.DoubleType).add("reason", DataTypes.StringType)
      .add("reason_product_id", DataTypes.StringType);
  private static final StructType DOCUMENT = new StructType().add("user_id", DataTypes.StringType)
      .add("computed_at", DataTypes.StringType).add("model", DataTypes.StringType)
      .add("items", DataTypes.createArrayType(ITEM));

  private Documents() {}

  /** One record a user, and one for {@link #ANYBODY}. */
  static Dataset<Row> of(SparkSession spark, JavaRDD<History> histories, Advice advice, Instant computed) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Advice> shared = context.broadcast(advice);
    String at = computed.truncatedTo(ChronoUnit.MILLIS).toString();
    // a user who is called as the key of the fallback is would overwrite it
    JavaRDD<Row> rows = histories.filter(history -> !history.user().equals(ANYBODY))
        .union(context.parallelize(List.of(History.none(ANYBODY)), 1))
        .map(history -> row(history.user(), at, shared.value().page(history), shared.value().catalogue()));
    return spark.createDataFrame(rows, DOCUMENT).select(col("user_id").as("key"),
        to_json(struct("user_id", "computed_at", "model", "items")).as("value"));
  }

  private static Row row(String user, String at, Advice.Page page, Catalogue catalogue) {
    List<Row> items = new ArrayList<>();
    for (Advice.Line line : page.lines()) {
      items.add(RowFactory.create(catalogue.ids()[line.item()], Math.round(line.score() * PRECISION) / PRECISION,
          line.reason(), line.because() == null ? null : catalogue.ids()[line.because()]));
    }
    return RowFactory.create(user, at, page.model(), items.toArray());
  }
}
