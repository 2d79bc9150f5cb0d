package ru.vygodno.bounds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.ByteUtils;
import org.apache.kafka.common.utils.CloseableIterator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.EnumSource;

/** Kafka's reader of batches, as it was built with the bounds, by the way of readers and by that of a broker. */
class BatchBoundsTest {
  private static final int MIB = 1 << 20;

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void oneRecordOfBlanksIsRefused(CompressionType type) {
    refused(batch(type, new SimpleRecord(blanks(8 * MIB))));
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void manyThatAreTooMuchTogetherAreRefused(CompressionType type) {
    refused(batch(type, records(210)));
    assertEquals(200, read(batch(type, records(200))));
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aRecordOfTheLargestSizeIsRead(CompressionType type) {
    assertEquals(1, read(batch(type, new SimpleRecord(noise(1_040_000)))));
  }

  @Test
  void whatShrinksToLessThanAHundredthIsRefused() {
    refused(batch(CompressionType.GZIP, new SimpleRecord(blanks(500_000))));
    // a third of a hundredth is noise
    byte[] value = Arrays.copyOf(noise(1_700), 500_000);
    assertThrows(RecordTooLargeException.class, () -> read(batch(CompressionType.ZSTD, new SimpleRecord(value))));
    assertEquals(1, read(batch(CompressionType.GZIP, new SimpleRecord(Arrays.copyOf(noise(5_000), 500_000)))));
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aRecordThatOnlySaysItIsHugeIsRefused(CompressionType type) throws IOException {
    ByteBufferOutputStream record = new ByteBufferOutputStream(64);
    ByteUtils.writeVarint(Integer.MAX_VALUE, new DataOutputStream(record));
    record.write(new byte[] {0, 0, 0, 1, 1, 0});
    refused(byHand(type, compressed(type, record.buffer()), 1));
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aBrokerSeesThatARecordIsShorterThanItSays(CompressionType type) throws IOException {
    ByteBufferOutputStream record = new ByteBufferOutputStream(64);
    ByteUtils.writeVarint(100, new DataOutputStream(record));
    record.write(new byte[] {0, 0, 0, 1, 1, 0});
    MutableRecordBatch batch = byHand(type, compressed(type, record.buffer()), 1);
    assertThrows(InvalidRecordException.class, () -> validate(batch));
  }

  @Test
  void aChunkOfSnappyThatOnlySaysItIsHugeIsRefused() {
    byte[] header = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1};
    ByteBuffer longChunk = ByteBuffer.allocate(25).put(header).putInt(400_000_000).flip();
    refused(byHand(CompressionType.SNAPPY, longChunk, 1));
    ByteBuffer muchInIt = ByteBuffer.allocate(40).put(header).putInt(6).put(new byte[] {-1, -1, -1, -1, 15, 0}).flip();
    refused(byHand(CompressionType.SNAPPY, muchInIt, 1));
    refused(byHand(CompressionType.SNAPPY, ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, 15, 0}), 1));
    ByteBuffer headers = ByteBuffer.allocate(16 * 1000);
    IntStream.range(0, 1000).forEach(each -> headers.put(header));
    refused(byHand(CompressionType.SNAPPY, headers.flip(), 1));
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void aRecordMayHaveAHundredHeaders(CompressionType type) {
    assertEquals(1, read(batch(type, new SimpleRecord(0, null, noise(1_000), headers(100)))));
    assertThrows(InvalidRecordException.class, () -> read(batch(type, new SimpleRecord(0, null, noise(1_000), headers(101)))));
  }

  @Test
  void whatIsNotCompressedIsBoundedByItsTopicAlone() {
    assertEquals(1, read(batch(CompressionType.NONE, new SimpleRecord(blanks(4 * MIB)))));
  }

  private static void refused(MutableRecordBatch batch) {
    assertThrows(RecordTooLargeException.class, () -> read(batch));
    assertThrows(RecordTooLargeException.class, () -> validate(batch));
  }

  private static int read(MutableRecordBatch batch) {
    return count(batch.streamingIterator(BufferSupplier.create()));
  }

  private static int validate(MutableRecordBatch batch) {
    return count(batch.skipKeyValueIterator(BufferSupplier.create()));
  }

  private static int count(CloseableIterator<Record> records) {
    try (records) {
      int count = 0;
      while (records.hasNext()) {
        records.next();
        count++;
      }
      return count;
    }
  }

  private static MutableRecordBatch batch(CompressionType type, SimpleRecord... records) {
    return MemoryRecords.withRecords(Compression.of(type).build(), records).batches().iterator().next();
  }

  private static MutableRecordBatch byHand(CompressionType type, ByteBuffer payload, int count) {
    ByteBuffer batch = ByteBuffer.allocate(61 + payload.remaining());
    batch.putInt(8, batch.capacity() - 12).put(16, (byte) 2).putShort(21, type.id).putInt(23, count - 1).putInt(57, count);
    batch.position(61).put(payload).flip();
    return MemoryRecords.readableRecords(batch).batches().iterator().next();
  }

  private static ByteBuffer compressed(CompressionType type, ByteBuffer plain) throws IOException {
    ByteBufferOutputStream target = new ByteBufferOutputStream(256);
    try (OutputStream stream = Compression.of(type).build().wrapForOutput(target, (byte) 2)) {
      plain.flip();
      stream.write(plain.array(), 0, plain.limit());
    }
    return target.buffer().flip();
  }

  /** Each of some 5,000 bytes. */
  private static SimpleRecord[] records(int count) {
    return IntStream.range(0, count).mapToObj(each -> new SimpleRecord(noise(4_900 + each))).toArray(SimpleRecord[]::new);
  }

  private static Header[] headers(int count) {
    return IntStream.range(0, count).mapToObj(each -> new RecordHeader("", (byte[]) null)).toArray(Header[]::new);
  }

  private static byte[] blanks(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) ' ');
    return bytes;
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
