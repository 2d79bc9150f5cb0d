package ru.vygodno.recommend;

import java.util.List;
import java.util.function.Function;

/**
 * A kind of model with its settings.
 *
 * @param model its name in the records
 */
record Recipe(String model, String settings, Function<Training, Model> trainer) {
  static final String CO_OCCURRENCE = "co-occurrence";
  static final String ALS = "als";

  private static final double HALF_LIFE_DAYS = 20;
  private static final double CONFIDENCE = 1;

  /** What is tried on the validation window; the first of each kind is taken when there is too little to try. */
  static List<Recipe> all(long seed) {
    return List.of(
        coOccurrence(0.7, 30), coOccurrence(0.7, 5), coOccurrence(0.5, 30), coOccurrence(0.5, 5),
        als(16, 0.3, seed), als(16, 0.05, seed), als(32, 0.3, seed));
  }

  private static Recipe coOccurrence(double own, double shrink) {
    CoOccurrence.Settings settings = new CoOccurrence.Settings(own, shrink, HALF_LIFE_DAYS);
    return new Recipe(CO_OCCURRENCE, "own %s, shrink %.0f".formatted(own, shrink),
        training -> CoOccurrence.train(training, settings));
  }

  private static Recipe als(int rank, double regularisation, long seed) {
    Factors.Settings settings = new Factors.Settings(rank, regularisation, CONFIDENCE, HALF_LIFE_DAYS);
    return new Recipe(ALS, "rank %d, regularisation %s".formatted(rank, regularisation),
        training -> Factors.train(training, settings, seed));
  }

  /** The one to take of a kind when there is too little to try. */
  static Recipe first(String model) {
    return all(1).stream().filter(each -> each.model().equals(model)).findFirst().orElseThrow();
  }

  String name() {
    return model + ": " + settings;
  }

  Model train(Training training) {
    return trainer.apply(training);
  }
}
