package ru.vygodno.connect.door;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.rest.ConnectRestExtension;
import org.apache.kafka.connect.rest.ConnectRestExtensionContext;

/**
 * A narrow door before the REST interface of a Connect worker, which itself knows no principals: each certificate may do
 * what {@link Rights} say and nothing else, and what runs is what is declared ({@link Declared}). Settings of the worker:
 * {@code vygodno.door.worker}, its name; {@code vygodno.door.declared}, the file of its declared connectors;
 * {@code vygodno.door.files}, the folder that sinks may write files in; {@code vygodno.door.classes}, the connectors that
 * it is there for. Without one of them the worker does not start.
 */
public final class Door implements ConnectRestExtension {
  private DoorFilter filter;

  @Override
  public void configure(Map<String, ?> settings) {
    Path declared = Path.of(required(settings, "vygodno.door.declared"));
    Path files = Path.of(required(settings, "vygodno.door.files"));
    Set<String> classes = Set.of(required(settings, "vygodno.door.classes").split(","));
    Rights rights = new Rights(required(settings, "vygodno.door.worker"));
    filter = new DoorFilter(rights, new Declared(declared, files, classes));
  }

  private static String required(Map<String, ?> settings, String name) {
    if (settings.get(name) instanceof String value && !value.isBlank()) {
      return value;
    }
    throw new ConfigException(name, settings.get(name), "expected a value");
  }

  @Override
  public void register(ConnectRestExtensionContext context) {
    context.configurable().register(filter);
  }

  @Override
  public String version() {
    String version = Door.class.getPackage().getImplementationVersion();
    return version == null ? "undefined" : version;
  }

  @Override
  public void close() {
    // Nothing held.
  }
}
