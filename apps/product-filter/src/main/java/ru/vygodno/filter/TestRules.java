package ru.vygodno.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import ru.vygodno.product.MalformedProductException;
import ru.vygodno.product.Product;
import ru.vygodno.product.ProductReader;

/** Shows what rules would do to products, by the filter's own reading and matching; touches no cluster. */
public final class TestRules {
  private final JsonFactory json = JsonFactory.builder()
      .disable(StreamWriteFeature.AUTO_CLOSE_TARGET).disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM).build();
  private final ProductReader reader = new ProductReader();
  private final RuleSet rules = new RuleSet();

  private TestRules() {}

  /**
   * Reads parts from standard input, each after its length in four bytes: an array of rules, then products. Prints one
   * JSON line a product, in the same order: {@code {"product_id","name","rules":[…]}}, or {@code {"reason","detail"}}
   * for a malformed one. Exit code 2 when a rule can't be read.
   */
  public static void main(String[] args) {
    try {
      run(System.in, System.out);
    } catch (BadRuleException | JsonProcessingException e) {
      fail("expected an array of rules, got: " + e.getMessage());
    } catch (IOException e) {
      fail("expected rules and products on standard input, got " + e);
    }
  }

  static void run(InputStream from, OutputStream to) throws IOException, BadRuleException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(from, 1 << 16));
    TestRules test = new TestRules();
    byte[] rules = next(in);
    test.readRules(rules == null ? new byte[0] : rules);
    OutputStream out = new BufferedOutputStream(to, 1 << 16);
    for (byte[] product = next(in); product != null; product = next(in)) {
      test.write(out, product);
    }
    out.flush();
  }

  /** Returns the next part, or null at the end. */
  private static byte[] next(DataInputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
    byte[] part = in.readNBytes(length);
    if (part.length < length) {
      throw new EOFException("%d of %d bytes".formatted(part.length, length));
    }
    return part;
  }

  private void readRules(byte[] in) throws IOException, BadRuleException {
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

  private void write(OutputStream out, byte[] bytes) throws IOException {
    try (JsonGenerator line = json.createGenerator(out)) {
      line.writeStartObject();
      try {
        Product product = reader.read(bytes);
        line.writeStringField("product_id", product.id());
        line.writeStringField("name", product.name());
        Messages.writeRules(line, rules.matching(product));
      } catch (MalformedProductException e) {
        line.writeStringField("reason", e.reason().code());
        line.writeStringField("detail", e.getMessage());
      }
      line.writeEndObject();
    }
    out.write('\n');
  }

  private static void fail(String message) {
    System.err.println(message);
    System.exit(2);
  }
}
