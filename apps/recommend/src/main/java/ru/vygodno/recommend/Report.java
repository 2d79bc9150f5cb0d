package ru.vygodno.recommend;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What the studies say together, and whether their controls held. */
record Report(List<Study> studies, int days) {

  /** Differences are taken user by user: both have been asked the same. */
  private Interval difference(String one, String other) {
    return Interval.of(studies.stream().map(study -> {
      double[] mine = study.rows().get(one).ndcg();
      double[] theirs = study.rows().get(other).ndcg();
      return IntStream.range(0, mine.length).mapToDouble(i -> mine[i] - theirs[i]).toArray();
    }).toList());
  }

  /** @return what is wrong with the measuring itself; empty when the controls hold */
  List<String> failures() {
    List<String> failures = new ArrayList<>();
    if (!(difference(Study.ORACLE, Study.CHOSEN).mean() > 0)) {
      failures.add("expected the oracle to be ahead of every model, " + Study.CHOSEN + " isn't behind it");
    }
    for (String kind : List.of(Recipe.CO_OCCURRENCE, Recipe.ALS)) {
      if (difference(kind + Study.SHUFFLED, Study.POPULARITY).low() > 0) {
        failures.add("expected %s to fall to popularity when users are shuffled, it knows more".formatted(kind));
      }
    }
    return failures;
  }

  /** Writes {@code evaluation.md} and {@code evaluation.json}. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("evaluation.md"), page(), StandardCharsets.UTF_8);
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(folder.resolve("evaluation.json").toFile(), values());
  }

  private Map<String, Object> values() {
    Map<String, Object> rows = new LinkedHashMap<>();
    for (String name : studies.get(0).rows().keySet()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("hr@10", interval(name, Trial::hit));
      row.put("ndcg@10", interval(name, Trial::ndcg));
      row.put("recall@10", interval(name, Trial::recall));
      row.put("served", interval(name, Trial::served));
      row.put("coverage", coverage(name));
      rows.put(name, row);
    }
    Map<String, Object> choices = new LinkedHashMap<>();
    studies.forEach(study -> choices.put(study.seed(), study.choice().winner().recipe().name()));
    return Map.of("rows", rows, "chosen", choices, "controls_failed", failures());
  }

  private Interval interval(String row, Function<Trial, double[]> metric) {
    return Interval.of(studies.stream().map(study -> metric.apply(study.rows().get(row))).toList());
  }

  private double coverage(String row) {
    return studies.stream().mapToDouble(study -> (double) study.rows().get(row).distinct() / study.offered())
        .average().orElse(0);
  }

  private String page() {
    StringBuilder rows = new StringBuilder();
    for (String name : studies.get(0).rows().keySet()) {
      rows.append("| %s | %s | %s | %s | %s | %s |%n".formatted(name, text(interval(name, Trial::hit)),
          text(interval(name, Trial::ndcg)), text(interval(name, Trial::recall)), percent(coverage(name)),
          percent(interval(name, Trial::served).mean())));
    }
    StringBuilder choices = new StringBuilder();
    for (Study study : studies) {
      choices.append("| %s | %d | %s (%s) | %s (%s) | %s | %s |%n".formatted(study.seed(), study.users(),
          study.choice().bestOf(Recipe.CO_OCCURRENCE).recipe().settings(),
          three(study.choice().bestOf(Recipe.CO_OCCURRENCE).ndcg()),
          study.choice().bestOf(Recipe.ALS).recipe().settings(), three(study.choice().bestOf(Recipe.ALS).ndcg()),
          study.choice().winner().recipe().model(), three(study.rows().get(Study.CHOSEN).meanNdcg())));
    }
    return Template.PAGE.formatted(days, days, rows, signed(difference(Study.CHOSEN, Study.POPULARITY)),
        signed(difference(Study.CHOSEN, Study.IN_CATEGORY)), choices,
        failures().isEmpty() ? "Both controls held." : "**Failed**: " + String.join("; ", failures()));
  }

  private static String text(Interval value) {
    return "%s (%s–%s)".formatted(three(value.mean()), three(value.low()), three(value.high()));
  }

  private static String signed(Interval value) {
    return String.format(Locale.ROOT, "%+.3f (%+.3f to %+.3f)", value.mean(), value.low(), value.high());
  }

  private static String three(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }
}
