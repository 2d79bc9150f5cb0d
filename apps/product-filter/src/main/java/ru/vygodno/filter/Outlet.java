package ru.vygodno.filter;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import ru.vygodno.product.Product;

/** All the filter writes. */
final class Outlet {
  static final String CATALOG = "catalog";
  static final String AUDIT = "audit";
  static final String ANSWERS = "answers";
  static final String DEAD_LETTERS = "dead-letters";
  /** Stands before a product's id in the key of an answer to a transfer. */
  private static final String OWNER = "owner:";

  /** A broker takes 100 headers of a record (apps/bounds), and its reason needs some of them. */
  private static final int MOST_OF_SENDER = 90;

  private final ProcessorContext<Object, byte[]> context;
  private final Messages messages = new Messages();

  Outlet(ProcessorContext<Object, byte[]> context) {
    this.context = context;
  }

  /** Lists a product: its bytes as the shop sent them. */
  void list(byte[] key, byte[] value, long timestamp) {
    context.forward(new Record<>(key, value, timestamp), CATALOG);
  }

  /** Takes a listed product out of the catalogue. */
  void retract(byte[] key, long timestamp) {
    context.forward(new Record<>(key, null, timestamp), CATALOG);
  }

  void audit(byte[] key, String action, Product product, List<String> rules) {
    // Audit, answers and dead letters bear the time they are written: their retention counts from then.
    long now = context.currentSystemTimeMs();
    context.forward(new Record<>(key, messages.audit(action, product, rules, Instant.ofEpochMilli(now)), now), AUDIT);
  }

  void answer(Messages.Answer answer) {
    long now = context.currentSystemTimeMs();
    AnswerKey key = new AnswerKey(answer.rule(), answer.partition());
    context.forward(new Record<>(key, messages.answer(answer, Instant.ofEpochMilli(now)), now), ANSWERS);
  }

  /** Answers a transfer, and ends the answer at once: who owns what stands in the topic of owners. */
  void transferred(Messages.Transfer transfer) {
    long now = context.currentSystemTimeMs();
    AnswerKey key = new AnswerKey(OWNER + transfer.id(), context.taskId().partition());
    context.forward(new Record<>(key, messages.transfer(transfer, Instant.ofEpochMilli(now)), now), ANSWERS);
    forget(key.rule());
  }

  /** Ends what was answered about a rule, so that compaction forgets it. */
  void forget(String rule) {
    AnswerKey key = new AnswerKey(rule, context.taskId().partition());
    context.forward(new Record<>(key, null, context.currentSystemTimeMs()), ANSWERS);
  }

  /** Sets a record aside with its reason; key, bytes and the first of the sender's own headers stay as they came. */
  void deadLetter(Record<byte[], byte[]> record, String reason, String detail) {
    RecordMetadata source = context.recordMetadata().orElseThrow();
    Headers headers = new RecordHeaders();
    Arrays.stream(record.headers().toArray()).limit(MOST_OF_SENDER).forEach(headers::add);
    header(headers, "reason", reason);
    header(headers, "detail", detail);
    header(headers, "source.topic", source.topic());
    header(headers, "source.partition", Integer.toString(source.partition()));
    header(headers, "source.offset", Long.toString(source.offset()));
    header(headers, "source.timestamp", Long.toString(record.timestamp()));
    context.forward(
        new Record<>(record.key(), record.value(), context.currentSystemTimeMs(), headers), DEAD_LETTERS);
  }

  private static void header(Headers headers, String name, String value) {
    headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
