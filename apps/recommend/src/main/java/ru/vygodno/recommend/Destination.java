package ru.vygodno.recommend;

import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import ru.vygodno.job.Arguments;
import ru.vygodno.job.Failure;

/** Where recommendations go. */
interface Destination {

  /** @throws Failure when it can't be written to: said before the work is done, not after it */
  void check();

  /**
   * @param documents key, value
   * @return what to tell of it
   */
  Map<String, ?> publish(Dataset<Row> documents);

  static Destination of(SparkSession spark, Arguments arguments) {
    return arguments.optional("out").<Destination>map(LinesFile::new).orElseGet(() -> new RecommendationsTopic(
        new Staging(spark, arguments.required("lake") + "/staging/recommendations"),
        arguments.optional("topic").orElse("analytics.recommendations"),
        Map.of("bootstrap.servers", arguments.required("brokers"), "security.protocol", "SSL",
            "ssl.keystore.type", "PEM", "ssl.keystore.location", arguments.required("keystore"),
            "ssl.truststore.type", "PEM", "ssl.truststore.location", arguments.required("truststore"))));
  }
}
