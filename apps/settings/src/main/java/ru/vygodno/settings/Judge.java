package ru.vygodno.settings;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.BiConsumer;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.kafka.common.config.ConfigException;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Says what a program would refuse in its file of settings, without starting it: {@code Judge KIND FILE [KIND FILE…]}, the
 * kinds being {@code broker}, {@code worker}, {@code streams}, {@code clients} (of a connector) and {@code hadoop}. One line a problem on stdout: the number of
 * the file (from 0), the setting, what is wrong, and, when it is a setting that nobody knows, the names that are known; with
 * tabs between. Nothing is contacted, nothing written.
 */
public final class Judge {
  private Judge() {}

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (int at = 0; at + 1 < args.length; at += 2) {
      int number = at / 2;
      BiConsumer<String, String> wrong = (setting, message) ->
          out.println(number + "\t" + setting + "\t" + message.replaceAll("[\\t\\r\\n]+", "\t"));
      Path file = Path.of(args[at + 1]);
      switch (args[at]) {
        case "broker" -> Programs.broker(load(file, wrong), wrong);
        case "worker" -> Programs.worker(load(file, wrong), wrong);
        case "streams" -> Programs.streams(load(file, wrong), wrong);
        case "clients" -> Programs.clients(load(file, wrong), wrong);
        case "hadoop" -> wellFormed(file, wrong);
        default -> throw new IllegalArgumentException("expected broker, worker, streams, clients or hadoop, got " + args[at]);
      }
    }
  }

  /** The settings; one that stands there twice counts once to the program, which of the two only its author knows. */
  private static Map<String, String> load(Path file, BiConsumer<String, String> wrong) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    Properties properties = new Properties() {
      @Override
      public synchronized Object put(Object name, Object value) {
        if (settings.put((String) name, ((String) value).trim()) != null) {
          wrong.accept((String) name, "expected it once, got it twice");
        }
        return super.put(name, value);
      }
    };
    try (BufferedReader in = Files.newBufferedReader(file)) {
      properties.load(in);
    } catch (IllegalArgumentException e) {
      wrong.accept("", e.getMessage());
    }
    return settings;
  }

  private static void wellFormed(Path file, BiConsumer<String, String> wrong) throws Exception {
    try {
      var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
      builder.setErrorHandler(null);
      var root = builder.parse(file.toFile()).getDocumentElement();
      if (!root.getTagName().equals("configuration")) {
        wrong.accept("", "expected <configuration>, got <" + root.getTagName() + ">");
      }
    } catch (SAXParseException e) {
      wrong.accept(":" + e.getLineNumber(), e.getMessage());
    } catch (SAXException e) {
      wrong.accept("", e.getMessage());
    }
  }

  /** Runs what the program itself would run over its settings as a whole. */
  static void whole(Runnable parse, BiConsumer<String, String> wrong) {
    try {
      parse.run();
    } catch (ConfigException | IllegalArgumentException e) {
      wrong.accept("", String.valueOf(e.getMessage()));
    }
  }
}
