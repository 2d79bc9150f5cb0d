package ru.vygodno.filter;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Keeps the latest record of every product, after the filter has seen it beside the one before. It stores just what the
 * topic holds, malformed or not: after a loss of state the store is read back from the topic, without this code.
 */
final class ProductKeeper implements Processor<byte[], byte[], byte[], byte[]> {
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<Bytes, byte[]> products;

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    products = context.getStateStore(FilterTopology.PRODUCTS);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    context.forward(record);
    if (record.key() != null) {
      products.put(Bytes.wrap(record.key()), record.value());
    }
  }
}
