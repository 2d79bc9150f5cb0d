package ru.vygodno.filter;

import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import ru.vygodno.product.ProductReader;

/** Takes the products, the rules and the transfers of one partition and decides what is listed. */
final class FilterProcessor implements Processor<byte[], byte[], Object, byte[]> {
  private static final Duration AT_ONCE = Duration.ofMillis(1);
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);

  private final Topics topics;
  private final String bans;
  private final String owners;
  private ProcessorContext<Object, byte[]> context;
  private ProductSide products;
  private RuleSide rules;
  private TransferSide transfers;
  private Cancellable telling;
  private Cancellable beginning;

  /** @param topics what comes neither by the topic of bans nor by that of owners is a product */
  FilterProcessor(Topics topics) {
    this.topics = topics;
    bans = topics.bans();
    owners = topics.owners();
  }

  /** Also called after an aborted transaction, with the stores as they were before it: so nothing is kept. */
  @Override
  public void init(ProcessorContext<Object, byte[]> context) {
    this.context = context;
    KeyValueStore<Bytes, byte[]> stored = context.getStateStore(FilterTopology.PRODUCTS);
    RuleReader ruleReader = new RuleReader();
    ProductReader productReader = new ProductReader();
    Rulebook rulebook = new Rulebook(context.getStateStore(FilterTopology.RULES), ruleReader);
    Holds holds = new Holds(context.getStateStore(FilterTopology.HOLDS));
    Outlet outlet = new Outlet(context);
    Ownership ownership = new Ownership(productReader, stored, topics);
    products = new ProductSide(productReader, stored, rulebook, holds, ownership, outlet, topics.products());
    transfers = new TransferSide(stored, holds, ownership, outlet);
    rules = new RuleSide(productReader, ruleReader, stored, rulebook, holds, outlet, context.taskId().partition());
    telling = context.schedule(TELL_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> rules.tellChangedCounts());
    beginning = context.schedule(AT_ONCE, PunctuationType.WALL_CLOCK_TIME, now -> {
      rules.tellClosure();
      beginning.cancel();
    });
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    String topic = context.recordMetadata().orElseThrow().topic();
    if (topic.equals(bans)) {
      rules.accept(record.withTimestamp(record.timestamp() + FilterTopology.HEAD_START_MS));
    } else if (topic.equals(owners)) {
      transfers.accept(record.withTimestamp(record.timestamp() + FilterTopology.HEAD_START_MS));
    } else {
      products.accept(record, topic);
    }
  }

  @Override
  public void close() {
    telling.cancel();
    beginning.cancel();
  }
}
