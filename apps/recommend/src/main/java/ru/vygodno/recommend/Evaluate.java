package ru.vygodno.recommend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import ru.vygodno.job.Arguments;
import ru.vygodno.job.Failure;
import ru.vygodno.job.Job;
import ru.vygodno.job.Progress;

/**
 * Measures all models on simulated data, of which the truth is known.
 *
 * <p>{@code --data FOLDER} with a folder per seed that holds {@code events.jsonl} and {@code truth.json} of
 * {@code task simulate}; {@code --products FILE}, the same that was simulated with; {@code --out FOLDER} for
 * {@code evaluation.md} and {@code evaluation.json}; {@code --days 7}, the length of the test window.
 */
public final class Evaluate implements Job {
  private static final int DAYS = 7;
  private static final String EVENTS = "user_id string, product_id string, type string, at timestamp, rating int";
  private static final String PRODUCTS =
      "product_id string, name string, category string, stock struct<available: bigint>";

  /** @param args see above; exits with 0, or with a line {@code CODE message} on stderr and the code of that failure */
  public static void main(String[] args) {
    Job.main(new Evaluate(), "evaluate", args);
  }

  @Override
  public List<String> arguments() {
    return List.of("data", "products", "out", "days");
  }

  @Override
  public void run(SparkSession spark, Arguments arguments) {
    Progress progress = new Progress();
    int days = arguments.number("days", DAYS, 1);
    Catalogue catalogue = catalogue(spark, arguments.required("products"));
    List<Study> studies = new ArrayList<>();
    try {
      for (Path folder : folders(Path.of(arguments.required("data")))) {
        studies.add(Study.of(spark, folder.getFileName().toString(),
            spark.read().schema(EVENTS).json(folder.resolve("events.jsonl").toUri().toString()), catalogue,
            Oracle.read(folder.resolve("truth.json"), catalogue), days));
        progress.done("study", facts(studies.get(studies.size() - 1)));
      }
      if (studies.isEmpty()) {
        throw new Failure(Failure.USAGE, "NO_DATA", "expected folders named by seeds in --data, got none");
      }
      Report report = new Report(studies, days);
      report.write(Path.of(arguments.required("out")));
      progress.done("report", Map.of("failed", report.failures()));
      if (!report.failures().isEmpty()) {
        throw new Failure(Failure.CHECK, "CONTROL_FAILED", String.join("; ", report.failures()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Catalogue catalogue(SparkSession spark, String file) {
    List<Row> rows = spark.read().schema(PRODUCTS).option("multiLine", true).json(Path.of(file).toUri().toString())
        .selectExpr("product_id", "name", "category", "stock.available").orderBy("product_id").collectAsList();
    return Catalogue.of(rows.stream()
        .map(row -> new Catalogue.Item(row.getString(0), row.getString(1), row.getString(2), row.getLong(3))).toList());
  }

  private static List<Path> folders(Path data) throws IOException {
    try (Stream<Path> all = Files.list(data)) {
      return all.filter(each -> each.getFileName().toString().matches("\\d+")).sorted().toList();
    }
  }

  private static Map<String, ?> facts(Study study) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("seed", study.seed());
    facts.put("users", study.users());
    study.choice().tried().forEach(each -> facts.put("validation " + each.recipe().name(), each.ndcg()));
    study.rows().forEach((name, trial) -> facts.put(name, trial.meanNdcg()));
    return facts;
  }
}
