package ru.vygodno.job;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The {@code --key value} pairs of a command line. */
public record Arguments(Map<String, String> values) {

  /**
   * @param known every key the job takes
   * @throws Failure {@code ARGUMENT_UNKNOWN} or {@code ARGUMENT_INVALID}: a misspelt one would be ignored in silence
   */
  public static Arguments parse(String[] args, List<String> known) {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < args.length; i += 2) {
      String key = args[i].startsWith("--") ? args[i].substring(2) : args[i];
      if (!known.contains(key)) {
        throw new Failure(Failure.USAGE, "ARGUMENT_UNKNOWN",
            "expected one of --%s, got %s".formatted(String.join(", --", known), args[i]));
      }
      if (i + 1 == args.length) {
        throw new Failure(Failure.USAGE, "ARGUMENT_INVALID", "expected a value after --" + key + ", got none");
      }
      values.put(key, args[i + 1]);
    }
    return new Arguments(values);
  }

  /** @return the value given for a key, if any */
  public Optional<String> optional(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** @throws Failure {@code ARGUMENT_INVALID} when the key is not given */
  public String required(String key) {
    return optional(key).orElseThrow(
        () -> new Failure(Failure.USAGE, "ARGUMENT_INVALID", "expected --%s VALUE, got nothing".formatted(key)));
  }

  /** A number from {@code least} up, or {@code otherwise} when the key is not given. */
  public int number(String key, int otherwise, int least) {
    String text = values.getOrDefault(key, String.valueOf(otherwise));
    try {
      int number = Integer.parseInt(text);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // reported below, as a number out of range is
    }
    throw new Failure(Failure.USAGE, "ARGUMENT_INVALID",
        "expected --%s as a whole number from %d, got %s".formatted(key, least, text));
  }
}
