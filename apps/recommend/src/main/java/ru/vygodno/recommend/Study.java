package ru.vygodno.recommend;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * All models on one set of data.
 *
 * @param seed of the data
 * @param users in the test window
 * @param offered how many products could be recommended
 * @param choice made on the validation window
 * @param rows what came of each model, by the name of the row
 */
record Study(String seed, int users, int offered, Choice choice, Map<String, Trial> rows) {
  static final String POPULARITY = "popularity";
  static final String IN_CATEGORY = "popularity in category";
  static final String CHOSEN = "**chosen**, with fallback";
  static final String ORACLE = "oracle: the true tastes";
  static final String SHUFFLED = ", users shuffled";

  /**
   * Cuts the time into training, validation and test window, the same moment for everybody, and goes through them once.
   *
   * @param days length of the validation window, and of the test window
   */
  static Study of(SparkSession spark, String seed, Dataset<Row> events, Catalogue catalogue, Oracle oracle, int days) {
    Interactions all = Interactions.of(events, catalogue, Instant.now());
    Interactions kept = new Interactions(all.rows().cache());
    Span span = kept.span();
    Instant validation = span.before(2 * days);
    Instant test = span.before(days);
    List<Recipe> recipes = Recipe.all(Long.parseLong(seed));
    Choice choice;
    try (Training training = new Training(spark, kept.histories(validation), catalogue.size())) {
      List<Case> cases = Case.of(kept, training.histories(), validation, test, catalogue.offered(), Integer.MAX_VALUE);
      choice = Choice.of(recipes, training, cases, catalogue.offered());
    }
    try (Training training = new Training(spark, kept.histories(test), catalogue.size())) {
      Map<String, List<Model>> models = models(training, catalogue, choice, Long.parseLong(seed));
      List<Case> cases = Case.of(kept, training.histories(), test, span.end(), catalogue.offered(), Integer.MAX_VALUE);
      return new Study(seed, cases.size(), count(catalogue.offered()), choice,
          trials(models, oracle, cases, catalogue.offered(), Long.parseLong(seed)));
    } finally {
      kept.rows().unpersist();
    }
  }

  private static Map<String, List<Model>> models(Training training, Catalogue catalogue, Choice choice, long seed) {
    Popularity popularity = training.popularity();
    PopularInCategory inCategory = PopularInCategory.of(popularity, catalogue);
    Map<String, List<Model>> models = new LinkedHashMap<>();
    models.put("random", List.of(new Chance(seed)));
    models.put(POPULARITY, List.of(popularity));
    models.put(IN_CATEGORY, List.of(inCategory));
    for (String kind : List.of(Recipe.CO_OCCURRENCE, Recipe.ALS)) {
      models.put(kind, List.of(choice.bestOf(kind).recipe().train(training)));
    }
    Model winner = models.get(choice.winner().recipe().model()).get(0);
    models.put(CHOSEN, List.of(winner, inCategory, popularity));
    return models;
  }

  private static Map<String, Trial> trials(Map<String, List<Model>> models, Oracle oracle, List<Case> cases,
      boolean[] offered, long seed) {
    Map<String, Trial> rows = new LinkedHashMap<>();
    models.forEach((name, model) -> rows.put(name, Trial.of(model, cases, offered)));
    rows.put(ORACLE, Trial.of(List.of(oracle), cases, offered));
    List<Case> shuffled = Case.shuffled(cases, seed);
    for (String kind : List.of(Recipe.CO_OCCURRENCE, Recipe.ALS)) {
      rows.put(kind + SHUFFLED, Trial.of(models.get(kind), shuffled, offered));
    }
    return rows;
  }

  private static int count(boolean[] flags) {
    int count = 0;
    for (boolean flag : flags) {
      count += flag ? 1 : 0;
    }
    return count;
  }
}
