package ru.vygodno.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import ru.vygodno.product.MalformedProductException;
import ru.vygodno.product.Product;
import ru.vygodno.product.ProductReader;

/** Shows what rules would do to a file of products, by the filter's own reading and matching; touches no cluster. */
public final class TestRules {
  private final JsonFactory json = JsonFactory.builder()
      .disable(StreamWriteFeature.AUTO_CLOSE_TARGET).disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM).build();
  private final ProductReader reader = new ProductReader();
  private final RuleSet rules = new RuleSet();

  private TestRules() {}

  /**
   * Prints one JSON line a product: {@code {"product_id","name","rules":[…],"line"}}, or
   * {@code {"line","reason","detail"}} for a malformed one. Exit code 2 when a file or a rule can't be read.
   *
   * @param args RULES.json (an array of rules, or {@code -} for standard input), PRODUCTS_FILE (array or JSON lines)
   */
  public static void main(String[] args) {
    if (args.length != 2) {
      fail("usage: TestRules RULES.json|- PRODUCTS_FILE");
    }
    try (InputStream rules = args[0].equals("-") ? System.in : Files.newInputStream(Path.of(args[0]));
        InputStream products = Files.newInputStream(Path.of(args[1]))) {
      run(rules, products, System.out);
    } catch (BadRuleException | JsonProcessingException e) {
      String from = args[0].equals("-") ? "standard input" : args[0];
      fail("expected an array of rules in " + from + ", got: " + e.getMessage());
    } catch (NoSuchFileException e) {
      fail("expected a readable file, got nothing at " + e.getMessage());
    } catch (IOException e) {
      fail("expected a readable file, got " + e);
    }
  }

  static void run(InputStream rules, InputStream products, OutputStream out) throws IOException, BadRuleException {
    TestRules test = new TestRules();
    test.readRules(rules);
    test.write(products, out);
  }

  private void readRules(InputStream in) throws IOException, BadRuleException {
    RuleReader ruleReader = new RuleReader();
    try (JsonParser parser = json.createParser(in)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new BadRuleException("no array");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        try {
          rules.add(ruleReader.read(parser));
        } catch (BadRuleException e) {
          System.err.println("left out a rule that the filter does not take: " + e.getMessage());
          parser.skipChildren();
        }
      }
    }
  }

  private void write(InputStream products, OutputStream to) throws IOException {
    ProductFile file = new ProductFile(products);
    OutputStream out = new BufferedOutputStream(to, 1 << 16);
    for (ProductFile.Item item = file.next(); item != null; item = file.next()) {
      try (JsonGenerator line = json.createGenerator(out)) {
        line.writeStartObject();
        write(line, item);
        line.writeNumberField("line", item.line());
        line.writeEndObject();
      }
      out.write('\n');
    }
    out.flush();
  }

  private void write(JsonGenerator line, ProductFile.Item item) throws IOException {
    try {
      Product product = reader.read(item.bytes());
      line.writeStringField("product_id", product.id());
      line.writeStringField("name", product.name());
      Messages.writeRules(line, rules.matching(product));
    } catch (MalformedProductException e) {
      line.writeStringField("reason", e.reason().code());
      line.writeStringField("detail", e.getMessage());
    }
  }

  private static void fail(String message) {
    System.err.println(message);
    System.exit(2);
  }
}
