package ru.vygodno.filter;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/** Bounds the memory of all stores together: by default each of them may take more than the whole program should. */
public final class BoundedRocksDb implements RocksDBConfigSetter {
  private static final long MIB = 1024 * 1024;
  private static final Cache CACHE = new LRUCache(64 * MIB);
  private static final WriteBufferManager WRITE_BUFFERS = new WriteBufferManager(32 * MIB, CACHE);
  private static final BloomFilter FILTER = new BloomFilter();

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    table.setFilterPolicy(FILTER);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(WRITE_BUFFERS);
    options.setWriteBufferSize(8 * MIB);
    options.setCompressionType(CompressionType.LZ4_COMPRESSION);
    options.setMaxOpenFiles(256);
  }

  @Override
  public void close(String storeName, Options options) {
    // The cache, the buffers and the filter are shared by all stores and live as long as the program.
  }
}
