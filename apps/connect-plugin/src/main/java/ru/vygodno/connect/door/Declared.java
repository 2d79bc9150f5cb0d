package ru.vygodno.connect.door;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The connectors that are declared for a worker: a file of settings by setting by connector, which whoever applies the
 * declaration writes before. It is read at every question, so that no worker has to start again for another declaration.
 *
 * @param file JSON
 * @param files below which folder sinks may write
 * @param classes of connectors, by full name, that may be validated before they are declared
 */
record Declared(Path file, Path files, Set<String> classes) {
  /** Settings that are our notes, and nothing to Connect. */
  static final String NOTE = "vygodno.";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What speaks against running a connector of these settings; nothing when it is declared to the letter. */
  Optional<String> refuse(String name, Map<String, String> settings) throws IOException {
    Map<String, Map<String, String>> all = JSON.readValue(file.toFile(), new TypeReference<>() {});
    Map<String, String> declared = all.get(name);
    if (declared == null) {
      return Optional.of("expected one of the declared connectors " + new TreeSet<>(all.keySet()) + ", got " + name);
    }
    if (!name.equals(settings.getOrDefault("name", name))) {
      return Optional.of("expected the name " + name + ", got " + settings.get("name"));
    }
    Map<String, String> given = new TreeMap<>(settings);
    given.keySet().removeIf(key -> key.equals("name") || key.startsWith(NOTE));
    Set<String> differing = new TreeSet<>(declared.keySet());
    differing.addAll(given.keySet());
    differing.removeIf(key -> declared.get(key) != null && declared.get(key).equals(given.get(key)));
    if (!differing.isEmpty()) {
      return Optional.of("expected the settings that are declared for " + name + ", others are " + differing);
    }
    return refuse(settings);
  }

  /** What speaks against validating settings of a connector of this class. */
  Optional<String> refuseValidation(String type, Map<String, String> settings) {
    if (!classes.contains(type) || !type.equals(settings.get("connector.class"))) {
      return Optional.of("connector.class: expected one of " + String.join(", ", new TreeSet<>(classes)) + "; got " + type);
    }
    return refuse(settings);
  }

  private Optional<String> refuse(Map<String, String> settings) {
    for (Map.Entry<String, String> each : settings.entrySet()) {
      if (each.getKey().contains("${") || String.valueOf(each.getValue()).contains("${")) {
        return Optional.of(each.getKey() + ": expected a value, got a reference to a secret");
      }
    }
    String path = settings.get("file");
    if (path != null && !(Path.of(path).isAbsolute() && Path.of(path).normalize().startsWith(files))) {
      return Optional.of("file: expected one below " + files + ", got " + path);
    }
    return Optional.empty();
  }
}
