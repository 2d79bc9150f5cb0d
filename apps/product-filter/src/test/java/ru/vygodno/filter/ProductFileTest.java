package ru.vygodno.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ru.vygodno.product.ProductReader;

class ProductFileTest {
  private static List<String> cut(String text) throws IOException {
    ProductFile file = new ProductFile(new ByteArrayInputStream(text.getBytes(UTF_8)));
    List<String> items = new ArrayList<>();
    for (ProductFile.Item item = file.next(); item != null; item = file.next()) {
      items.add(item.line() + ": " + new String(item.bytes(), UTF_8).strip());
    }
    return items;
  }

  @Test
  void cutsAnArray() throws IOException {
    assertEquals(List.of("2: {\"имя\":\"a,]}\\\"[\"}", "3: {\"b\":[1,{\"c\":2}]}", "4: 7"),
        cut("[\n{\"имя\":\"a,]}\\\"[\"},\n {\"b\":[1,{\"c\":2}]} ,\n7]\n"));
    assertEquals(List.of(), cut(" [ ] "));
    assertEquals(List.of(), cut(""));
  }

  @Test
  void cutsLines() throws IOException {
    assertEquals(List.of("1: {\"a\":1}", "3: мусор", "4: {\"b\":2}"), cut("{\"a\":1}\r\n\n  мусор\n{\"b\":2}"));
  }

  @Test
  void oneBadElementDoesNotHideTheNext() throws IOException {
    assertEquals(List.of("1: {\"a\":}", "2: {\"b\":2}"), cut("[{\"a\":},\n{\"b\":2}]"));
    assertEquals(List.of("1: {\"a\":1}", "1: {\"b\":"), cut("[{\"a\":1},{\"b\":"));
  }

  @Test
  void keepsNoMoreOfAnOversizedProductThanShowsIt() throws IOException {
    String big = "{\"a\":\"" + "x".repeat(3_000_000) + "\"}";
    ProductFile file = new ProductFile(new ByteArrayInputStream((big + "\n{}").getBytes(UTF_8)));
    assertEquals(ProductReader.MAX_BYTES + 1, file.next().bytes().length);
    assertEquals(2, file.next().line());
  }
}
