package ru.vygodno.recommend;

import java.util.Arrays;

/**
 * How good the first places of one user's ranking are.
 *
 * @param hit 1 when anything relevant is among them
 * @param ndcg normalised discounted cumulative gain, with a gain of 1 for each relevant product (Järvelin, Kekäläinen
 *     2002)
 * @param recall the share of all that is relevant
 */
record Metrics(double hit, double ndcg, double recall) {

  /**
   * @param ranked best first; what lies behind the first {@code places} doesn't count
   * @param relevant at least one product, in any order
   */
  static Metrics of(int[] ranked, int[] relevant, int places) {
    int[] wanted = relevant.clone();
    Arrays.sort(wanted);
    int hits = 0;
    double gain = 0;
    double ideal = 0;
    for (int place = 0; place < places; place++) {
      double discounted = Math.log(2) / Math.log(place + 2);
      if (place < ranked.length && Arrays.binarySearch(wanted, ranked[place]) >= 0) {
        hits++;
        gain += discounted;
      }
      ideal += place < wanted.length ? discounted : 0;
    }
    return new Metrics(hits > 0 ? 1 : 0, gain / ideal, (double) hits / wanted.length);
  }
}
