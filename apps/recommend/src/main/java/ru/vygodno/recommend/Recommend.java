package ru.vygodno.recommend;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import ru.vygodno.job.Arguments;
import ru.vygodno.job.Job;
import ru.vygodno.job.Progress;

/**
 * Recommendations for every user of the lake: chooses the model on the latest days, learns from all days, publishes.
 *
 * <p>{@code --lake URI} and either {@code --brokers HOST:PORT,… --keystore PEM --truststore PEM [--topic NAME]} or
 * {@code --out FILE}; further {@code --validation-days 7 --per-user 20 --now ISO --seed 1}.
 */
public final class Recommend implements Job {
  private static final int VALIDATION_DAYS = 7;
  private static final int PER_USER = 20;
  private static final int MOST_CASES = 2_000;
  private static final int LEAST_CASES = 50;

  /** The choice needs no more users than this: its cost stays the same however many there are. */
  private static final long MOST_TRIED = 20_000;

  /** @param args see above; exits with 0, or with a line {@code CODE message} on stderr and the code of that failure */
  public static void main(String[] args) {
    Job.main(new Recommend(), "recommend", args);
  }

  @Override
  public List<String> arguments() {
    return List.of("lake", "brokers", "keystore", "truststore", "topic", "out", "validation-days", "per-user", "now",
        "seed");
  }

  @Override
  public void run(SparkSession spark, Arguments arguments) {
    Progress progress = new Progress();
    Instant now = arguments.optional("now").map(Instant::parse).orElseGet(Instant::now);
    int days = arguments.number("validation-days", VALIDATION_DAYS, 1);
    int most = arguments.number("per-user", PER_USER, 1);
    long seed = arguments.number("seed", 1, 0);
    Destination destination = Destination.of(spark, arguments);
    destination.check();

    Lake lake = new Lake(spark, arguments.required("lake"));
    Catalogue catalogue = lake.catalogue();
    Interactions events = Interactions.of(lake.events(), catalogue, now);
    Span span = events.span();
    progress.done("read", Map.of("products", catalogue.size(), "from", span.first().toString(),
        "until", span.last().toString()));

    Recipe recipe = choose(spark, events, span, catalogue, days, seed, progress);
    try (Training training = new Training(spark, events.histories(span.end()), catalogue.size())) {
      Advice advice = advice(training, catalogue, recipe, most);
      progress.done("learn", Map.of("model", recipe.model(), "settings", recipe.settings(), "users", training.users()));
      Dataset<Row> documents = Documents.of(spark, training.histories(), advice, Instant.now());
      progress.done("publish", destination.publish(documents));
    }
  }

  private static Advice advice(Training training, Catalogue catalogue, Recipe recipe, int most) {
    Popularity popularity = training.popularity();
    Model model = recipe.train(training);
    CoOccurrence relations = model instanceof CoOccurrence same ? same
        : (CoOccurrence) Recipe.first(Recipe.CO_OCCURRENCE).train(training);
    return new Advice(catalogue, recipe.model(), model, relations, PopularInCategory.of(popularity, catalogue),
        popularity, most);
  }

  private static Recipe choose(SparkSession spark, Interactions all, Span span, Catalogue catalogue, int days,
      long seed, Progress progress) {
    Optional<Choice> choice = span.covers(days) ? tried(spark, all, span, catalogue, days, seed) : Optional.empty();
    Map<String, Double> tried = new TreeMap<>();
    choice.ifPresent(made -> made.tried().forEach(each -> tried.put(each.recipe().name(), each.ndcg())));
    progress.done("choose", choice.isPresent() ? Map.of("ndcg", tried)
        : Map.of("skipped", "expected %d days and %d users who took up something in the last %d of them"
            .formatted(3 * days, LEAST_CASES, days)));
    return choice.map(made -> made.winner().recipe()).orElseGet(() -> Recipe.first(Recipe.CO_OCCURRENCE));
  }

  private static Optional<Choice> tried(SparkSession spark, Interactions all, Span span, Catalogue catalogue, int days,
      long seed) {
    Interactions events = all.sample(all.users(), MOST_TRIED);
    Instant cut = span.before(days);
    try (Training training = new Training(spark, events.histories(cut), catalogue.size())) {
      List<Case> cases = Case.of(events, training.histories(), cut, span.end(), catalogue.offered(), MOST_CASES);
      return cases.size() < LEAST_CASES ? Optional.empty()
          : Optional.of(Choice.of(Recipe.all(seed), training, cases, catalogue.offered()));
    }
  }
}
