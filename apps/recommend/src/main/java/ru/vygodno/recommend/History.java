package ru.vygodno.recommend;

import java.io.Serializable;

/**
 * What one user has done up to a moment: the products that interested them, strongest first.
 *
 * @param items products by number
 * @param strength of the interest in each, the sum of {@link Interest} over its events
 * @param ageDays days from the last event on each up to the moment
 * @param bought which of the items were bought
 * @param inHand what was bought or lies in the cart: never recommended. Not only among {@code items}
 */
record History(String user, int[] items, float[] strength, float[] ageDays, boolean[] bought, int[] inHand)
    implements Serializable {
  /** Pairs grow with the square of a history; past this, the weak rest of it tells nothing. */
  static final int LONGEST = 100;

  private static final float GRID = 1024;

  static History none(String user) {
    return new History(user, new int[0], new float[0], new float[0], new boolean[0], new int[0]);
  }

  /**
   * Interests damped (the tenth view says less than the first) and, if asked for, forgotten with time.
   *
   * <p>On a grid of 1/1024, so that sums of their products are exact: results don't depend on the order of summation.
   *
   * @param halfLifeDays after how many days an interest counts half; infinite for never
   */
  float[] weights(double halfLifeDays) {
    float[] weights = new float[items.length];
    for (int i = 0; i < weights.length; i++) {
      double weight = Math.log1p(strength[i]) * Math.pow(2, -ageDays[i] / halfLifeDays);
      weights[i] = Math.round(weight * GRID) / GRID;
    }
    return weights;
  }

  /** The same person with another's interests. */
  History withInterestsOf(History other) {
    return new History(user, other.items, other.strength, other.ageDays, other.bought, inHand);
  }
}
