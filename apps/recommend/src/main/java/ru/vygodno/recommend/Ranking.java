package ru.vygodno.recommend;

import java.util.Arrays;
import java.util.List;

/**
 * Full ranking of everything a user may be recommended; the only way from scores to products.
 *
 * @param items products by number, best first
 * @param scores falling
 * @param by which of the models put a product there
 */
record Ranking(int[] items, float[] scores, int[] by) {

  /**
   * The best products for a user. Never what is not offered, never what is in the user's hands, nothing twice.
   *
   * @param models the first one ranks; the next ones, each after the other, fill the places it has no product for
   * @param most how many places there are
   */
  static Ranking of(List<Model> models, History history, boolean[] offered, int most) {
    boolean[] open = offered.clone();
    for (int item : history.inHand()) {
      open[item] = false;
    }
    Places places = new Places(most);
    for (int model = 0; model < models.size() && places.found < most; model++) {
      float[] scores = new float[offered.length];
      models.get(model).score(history, scores);
      places.fill(scores, open, model);
    }
    return places.ranking();
  }

  /** The places, taken one after another from the best down. */
  private static final class Places {
    private final int[] items;
    private final float[] scores;
    private final int[] by;
    private int found;

    Places(int most) {
      items = new int[most];
      scores = new float[most];
      by = new int[most];
    }

    /** Takes what scores above 0; equal scores in the order of the numbers. */
    void fill(float[] all, boolean[] open, int model) {
      int first = found;
      for (int item = 0; item < all.length; item++) {
        boolean full = found == items.length;
        if (!open[item] || !(all[item] > 0) || full && all[item] <= scores[found - 1]) {
          continue;
        }
        int place = full ? found - 1 : found++;
        for (; place > first && scores[place - 1] < all[item]; place--) {
          items[place] = items[place - 1];
          scores[place] = scores[place - 1];
        }
        items[place] = item;
        scores[place] = all[item];
      }
      // scores of different models can't be compared: the best of this one counts as much as the last of the one before
      float scale = first == 0 || found == first ? 1 : scores[first - 1] / scores[first];
      for (int place = first; place < found; place++) {
        scores[place] *= scale;
        by[place] = model;
        open[items[place]] = false;
      }
    }

    Ranking ranking() {
      return new Ranking(Arrays.copyOf(items, found), Arrays.copyOf(scores, found),
          Arrays.copyOf(by, found));
    }
  }
}
