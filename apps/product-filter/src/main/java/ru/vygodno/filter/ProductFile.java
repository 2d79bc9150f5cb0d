package ru.vygodno.filter;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import ru.vygodno.product.ProductReader;

/**
 * Cuts a file of products, a JSON array or JSON lines, into the bytes of each product without reading them as JSON: so
 * one bad product doesn't hide the next. Holds one product in memory, and of an oversized one no more than shows it.
 */
final class ProductFile {
  private final InputStream in;
  private final ByteArrayOutputStream item = new ByteArrayOutputStream();
  private boolean started;
  private boolean array;
  private int line = 1;

  /**
   * @param line where it begins, from 1
   * @param bytes what may be a product
   */
  record Item(int line, byte[] bytes) {}

  ProductFile(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** Returns the next product's bytes, or null at the end. */
  Item next() throws IOException {
    int c = skip();
    if (!started) {
      started = true;
      array = c == '[';
      if (array) {
        c = skip();
      }
    }
    while (array && (c == ',' || c == ']')) {
      c = skip();
    }
    if (c < 0) {
      return null;
    }
    int at = line;
    item.reset();
    if (array) {
      element(c);
    } else {
      line(c);
    }
    return new Item(at, item.toByteArray());
  }

  private void line(int first) throws IOException {
    for (int c = first; c >= 0 && c != '\n'; c = read()) {
      keep(c);
    }
  }

  /** Takes an array's element: up to the comma or bracket that no string, object or array of its own encloses. */
  private void element(int first) throws IOException {
    int depth = 0;
    boolean string = false;
    for (int c = first; c >= 0; c = read()) {
      if (!string && depth == 0 && (c == ',' || c == ']')) {
        return;
      }
      keep(c);
      if (string) {
        if (c == '\\') {
          keep(Math.max(read(), ' '));
        }
        string = c != '"';
      } else if (c == '"') {
        string = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      }
    }
  }

  private void keep(int c) {
    if (item.size() <= ProductReader.MAX_BYTES) {
      item.write(c);
    }
  }

  private int skip() throws IOException {
    int c = read();
    while (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      c = read();
    }
    return c;
  }

  private int read() throws IOException {
    int c = in.read();
    if (c == '\n') {
      line++;
    }
    return c;
  }
}
