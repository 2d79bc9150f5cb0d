package ru.vygodno.recommend;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.struct;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import ru.vygodno.job.Failure;
import ru.vygodno.lake.LakeTables;

/** What the ingest has written. */
record Lake(SparkSession spark, String path) {

  /** @return user_id, product_id, type, at, rating: one row an event that names a product */
  Dataset<Row> events() {
    return LakeTables.read(spark, path, "events").where(col("type").isin(Interest.types()))
        .select("user_id", "product_id", "type", "at", "rating");
  }

  /**
   * The products as the last record of each says. A retracted or banned one has left its number and nothing else.
   *
   * @throws Failure {@code NO_PRODUCTS}
   */
  Catalogue catalogue() {
    List<Row> rows = LakeTables.read(spark, path, "products")
        .groupBy("product_id")
        .agg(max_by(struct(col("doc").isNotNull().as("live"), col("name"), coalesce(col("category"), lit("")),
            coalesce(col("available"), lit(0))), col("kafka_offset")).as("now"))
        .select("product_id", "now.*").orderBy("product_id").collectAsList();
    if (rows.isEmpty()) {
      throw new Failure(Failure.PREREQUISITE, "NO_PRODUCTS",
          "expected products in the lake at %s, got none".formatted(path));
    }
    return Catalogue.of(rows.stream().map(Lake::item).toList());
  }

  private static Catalogue.Item item(Row row) {
    return row.getBoolean(1)
        ? new Catalogue.Item(row.getString(0), row.getString(2), row.getString(3), ((Number) row.get(4)).longValue())
        : new Catalogue.Item(row.getString(0), null, null, 0);
  }
}
