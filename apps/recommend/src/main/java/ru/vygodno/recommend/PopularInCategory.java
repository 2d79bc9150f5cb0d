package ru.vygodno.recommend;

/**
 * The share of a user's interest that goes to a category, times the product's share of all interest in that category.
 */
record PopularInCategory(float[] share, int[] category, int categories) implements Model {

  static PopularInCategory of(Popularity popularity, Catalogue catalogue) {
    float[] sums = new float[catalogue.categories().length];
    for (int i = 0; i < catalogue.size(); i++) {
      if (catalogue.category()[i] != Catalogue.NONE) {
        sums[catalogue.category()[i]] += popularity.interest()[i];
      }
    }
    float[] share = new float[catalogue.size()];
    for (int i = 0; i < share.length; i++) {
      share[i] = catalogue.category()[i] == Catalogue.NONE || popularity.interest()[i] == 0 ? 0
          : popularity.interest()[i] / sums[catalogue.category()[i]];
    }
    return new PopularInCategory(share, catalogue.category(), sums.length);
  }

  @Override
  public void score(History history, float[] scores) {
    float[] weights = history.weights(Double.POSITIVE_INFINITY);
    float[] affinity = new float[categories];
    for (int i = 0; i < weights.length; i++) {
      int its = category[history.items()[i]];
      if (its != Catalogue.NONE) {
        affinity[its] += weights[i];
      }
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] = category[i] == Catalogue.NONE ? 0 : share[i] * affinity[category[i]];
    }
  }
}
