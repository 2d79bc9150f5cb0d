package ru.vygodno.recommend;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import scala.Tuple2;

/**
 * Likes what is found in one history with what the user likes (item-based neighbours: Sarwar et al. 2001).
 *
 * @param nearest per product the most similar ones, best first
 * @param similarity of each of them: cosine of the weights, shrunk when few users tell it
 * @param buyers how many users bought both
 */
record CoOccurrence(int[][] nearest, float[][] similarity, int[][] buyers, Settings settings) implements Model {
  /** What was looked at and not taken yet is liked, too, but less than what goes with everything else in a history. */
  private static final float ITSELF = 0.3f;

  private static final int NEIGHBOURS = 100;

  /**
   * @param own how much the popularity of the history's product is evened out, that of the other one by the rest to 1:
   *     at 0.5 the cosine, above it popular products keep an advantage (asymmetric cosine, Aiolli 2013)
   * @param shrink a pair seen with n users keeps n / (n + shrink) of its similarity: two users aren't evidence
   * @param halfLifeDays see {@link History#weights}
   */
  record Settings(double own, double shrink, double halfLifeDays) implements Serializable {}

  /** Why a product is recommended: something in the user's history, and how many bought both. */
  record Because(int item, int buyers) {}

  private record Neighbour(int item, float similarity, int buyers) implements Serializable {}

  static CoOccurrence train(Training training, Settings settings) {
    Pairs pairs = training.pairs(settings.halfLifeDays());
    double[] norms = pairs.norms();
    List<Tuple2<Integer, List<Neighbour>>> rows = pairs.together()
        .filter(entry -> Pairs.first(entry._1) != Pairs.second(entry._1) && entry._2.product() > 0)
        .flatMapToPair(entry -> {
          int one = Pairs.first(entry._1);
          int other = Pairs.second(entry._1);
          return List.of(
              new Tuple2<>(one, neighbour(other, norms[one], norms[other], entry._2, settings)),
              new Tuple2<>(other, neighbour(one, norms[other], norms[one], entry._2, settings))).iterator();
        })
        .groupByKey()
        .mapValues(CoOccurrence::best)
        .collect();
    CoOccurrence model = new CoOccurrence(new int[training.products()][0], new float[training.products()][0],
        new int[training.products()][0], settings);
    rows.forEach(row -> model.set(row._1, row._2));
    return model;
  }

  @Override
  public void score(History history, float[] scores) {
    float[] weights = history.weights(settings.halfLifeDays());
    for (int i = 0; i < weights.length; i++) {
      int item = history.items()[i];
      scores[item] += weights[i] * ITSELF;
      for (int n = 0; n < nearest[item].length; n++) {
        scores[nearest[item][n]] += weights[i] * similarity[item][n];
      }
    }
  }

  /**
   * What of the history speaks most for a product.
   *
   * @param nameable products that may be shown
   * @return null when nothing does
   */
  Because because(History history, int product, boolean[] nameable) {
    float[] weights = history.weights(settings.halfLifeDays());
    Because best = null;
    float most = 0;
    for (int i = 0; i < weights.length; i++) {
      int item = history.items()[i];
      for (int n = 0; n < nearest[item].length && nameable[item]; n++) {
        if (nearest[item][n] == product && weights[i] * similarity[item][n] > most) {
          most = weights[i] * similarity[item][n];
          best = new Because(item, buyers[item][n]);
        }
      }
    }
    return best;
  }

  private static Neighbour neighbour(int item, double ownNorm, double otherNorm, Pairs.Count count, Settings settings) {
    double cosine = count.product()
        / (Math.pow(ownNorm, 2 * settings.own()) * Math.pow(otherNorm, 2 * (1 - settings.own())));
    double certainty = count.users() / (count.users() + settings.shrink());
    return new Neighbour(item, (float) (cosine * certainty), count.buyers());
  }

  private static List<Neighbour> best(Iterable<Neighbour> all) {
    List<Neighbour> sorted = new ArrayList<>();
    all.forEach(sorted::add);
    sorted.sort(Comparator.comparing(Neighbour::similarity).reversed().thenComparing(Neighbour::item));
    return new ArrayList<>(sorted.subList(0, Math.min(NEIGHBOURS, sorted.size())));
  }

  private void set(int item, List<Neighbour> neighbours) {
    nearest[item] = neighbours.stream().mapToInt(Neighbour::item).toArray();
    buyers[item] = neighbours.stream().mapToInt(Neighbour::buyers).toArray();
    similarity[item] = new float[neighbours.size()];
    for (int n = 0; n < similarity[item].length; n++) {
      similarity[item][n] = neighbours.get(n).similarity();
    }
  }
}
