package ru.vygodno.settings;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import kafka.server.KafkaConfig;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.runtime.distributed.DistributedConfig;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Each program's settings, by its own definitions. Kafka ignores a setting that it does not know, so a misspelt one would
 * silently not be made: here it is wrong, unless it begins as those do that are handed on to plugins.
 */
final class Programs {
  private static final Map<String, ConfigDef> CLIENTS = new LinkedHashMap<>();

  static {
    CLIENTS.put("producer.", ProducerConfig.configDef());
    CLIENTS.put("consumer.", ConsumerConfig.configDef());
    CLIENTS.put("admin.", AdminClientConfig.configDef());
  }

  private Programs() {}

  static void broker(Map<String, String> settings, BiConsumer<String, String> wrong) {
    ConfigDef authorizer = new ConfigDef()
        .define(StandardAuthorizer.SUPER_USERS_CONFIG, ConfigDef.Type.STRING, ConfigDef.Importance.LOW, "")
        .define(StandardAuthorizer.ALLOW_EVERYONE_IF_NO_ACL_IS_FOUND_CONFIG, ConfigDef.Type.BOOLEAN, ConfigDef.Importance.LOW, "");
    // read by the builder of principals
    ConfigDef connections = new ConfigDef().define("connections.of.principal", ConfigDef.Type.INT, ConfigDef.NO_DEFAULT_VALUE,
        ConfigDef.Range.atLeast(1), ConfigDef.Importance.LOW, "");
    Map<String, ConfigDef> prefixed = Map.of("vygodno.", connections);
    if (each(settings, List.of(AbstractKafkaConfig.CONFIG_DEF, authorizer), prefixed, wrong)) {
      Judge.whole(() -> new KafkaConfig(settings, false), wrong);
    }
  }

  static void worker(Map<String, String> settings, BiConsumer<String, String> wrong) throws ReflectiveOperationException {
    ConfigDef https = new ConfigDef()
        .define(BrokerSecurityConfigs.SSL_CLIENT_AUTH_CONFIG, ConfigDef.Type.STRING, "none", ConfigDef.Importance.LOW, "")
        .withClientSslSupport();
    Map<String, ConfigDef> prefixed = new LinkedHashMap<>(CLIENTS);
    prefixed.put("listeners.https.", https);
    // read by the policy itself, and by the door before REST
    prefixed.put("connector.client.config.override.",
        new ConfigDef().define("allowlist", ConfigDef.Type.LIST, ConfigDef.Importance.LOW, ""));
    ConfigDef door = new ConfigDef();
    for (String name : List.of("worker", "declared", "files", "classes")) {
      door.define(name, ConfigDef.Type.STRING, ConfigDef.Importance.LOW, "");
    }
    prefixed.put("vygodno.door.", door);
    for (String topic : List.of("config.storage.", "offset.storage.", "status.storage.")) {
      prefixed.put(topic, LogConfig.configDefCopy());
    }
    if (each(settings, List.of(workerDefinition(), AdminClientConfig.configDef()), prefixed, wrong)) {
      // secrets are read when it starts, not now
      Map<String, String> closed = new HashMap<>(settings);
      closed.keySet().removeIf(name -> name.startsWith("config.providers"));
      Judge.whole(() -> new DistributedConfig(closed), wrong);
    }
  }

  static void streams(Map<String, String> settings, BiConsumer<String, String> wrong) {
    Map<String, ConfigDef> prefixed = new LinkedHashMap<>(CLIENTS);
    for (String consumer : List.of("main.consumer.", "restore.consumer.", "global.consumer.")) {
      prefixed.put(consumer, ConsumerConfig.configDef());
    }
    prefixed.put("topic.", LogConfig.configDefCopy());
    // read by the filter itself
    prefixed.put("vygodno.", new ConfigDef().define("ready.file", ConfigDef.Type.STRING, ConfigDef.Importance.LOW, "")
        .define("topic.prefix", ConfigDef.Type.STRING, ConfigDef.Importance.LOW, "")
        .define("stores", ConfigDef.Type.STRING, ConfigDef.Importance.LOW, ""));
    List<ConfigDef> own = new ArrayList<>(List.of(StreamsConfig.configDef()));
    own.addAll(CLIENTS.values());
    if (each(settings, own, prefixed, wrong)) {
      Judge.whole(() -> {
        StreamsConfig config = new StreamsConfig(settings);
        new ConsumerConfig(readable(config.getMainConsumerConfigs("group", "client", 0)));
        Map<String, Object> producer = config.getProducerConfigs("client");
        producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        new ProducerConfig(producer);
      }, wrong);
    }
  }

  /** Settings of the clients that a connector of Connect or of MirrorMaker has, by the prefixes that it hands on. */
  static void clients(Map<String, String> settings, BiConsumer<String, String> wrong) {
    Map<String, ConfigDef> prefixed = new LinkedHashMap<>();
    CLIENTS.forEach((client, definition) -> {
      prefixed.put(client + "override.", definition);
      for (String side : List.of("source.", "target.", "")) {
        prefixed.put(side + client, definition);
      }
    });
    prefixed.put("source.cluster.", AdminClientConfig.configDef());
    prefixed.put("target.cluster.", AdminClientConfig.configDef());
    each(settings, List.of(), prefixed, wrong);
  }

  private static Map<String, Object> readable(Map<String, Object> consumer) {
    consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return consumer;
  }

  /** Connect shows the definition of a connector to everybody, that of its worker to nobody. */
  private static ConfigDef workerDefinition() throws ReflectiveOperationException {
    Class<?> crypto = Class.forName("org.apache.kafka.connect.runtime.distributed.Crypto");
    Method definition = DistributedConfig.class.getDeclaredMethod("config", crypto);
    definition.setAccessible(true);
    var system = crypto.getDeclaredField("SYSTEM");
    system.setAccessible(true);
    return (ConfigDef) definition.invoke(null, system.get(null));
  }

  /** Judges setting by setting; true when nothing was wrong. */
  private static boolean each(Map<String, String> settings, List<ConfigDef> own, Map<String, ConfigDef> prefixed,
      BiConsumer<String, String> wrong) {
    int[] count = {0};
    settings.forEach((name, value) -> {
      ConfigKey key = keyOf(name, own, prefixed);
      if (key == null) {
        if (!name.startsWith("config.providers.") && !name.startsWith("listener.name.")) {
          count[0]++;
          wrong.accept(name, "unknown\t" + String.join(",", known(own, prefixed)));
        }
      } else if (!value.contains("${")) {
        try {
          Object parsed = ConfigDef.parseType(name, value, key.type);
          if (key.validator != null) {
            key.validator.ensureValid(name, parsed);
          }
        } catch (ConfigException e) {
          count[0]++;
          wrong.accept(name, e.getMessage());
        }
      }
    });
    return count[0] == 0;
  }

  private static ConfigKey keyOf(String name, List<ConfigDef> own, Map<String, ConfigDef> prefixed) {
    for (ConfigDef definition : own) {
      if (definition.configKeys().containsKey(name)) {
        return definition.configKeys().get(name);
      }
    }
    for (var entry : prefixed.entrySet()) {
      if (name.startsWith(entry.getKey())) {
        return entry.getValue().configKeys().get(name.substring(entry.getKey().length()));
      }
    }
    return null;
  }

  private static Set<String> known(List<ConfigDef> own, Map<String, ConfigDef> prefixed) {
    Set<String> names = new TreeSet<>();
    own.forEach(definition -> names.addAll(definition.names()));
    prefixed.forEach((prefix, definition) -> definition.names().forEach(name -> names.add(prefix + name)));
    return names;
  }
}
