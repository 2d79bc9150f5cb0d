package ru.vygodno.bounds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a broker does with each batch that a client sends: whatever it is compressed by, and whatever its topic keeps. */
class BrokerValidationTest {
  static Stream<Arguments> codecs() {
    return Stream.of(CompressionType.GZIP, CompressionType.SNAPPY, CompressionType.LZ4, CompressionType.ZSTD)
        .flatMap(sent -> Stream.of(CompressionType.values()).map(kept -> Arguments.of(sent, kept)));
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void aBombIsRefused(CompressionType sent, CompressionType kept) {
    byte[] blanks = new byte[8 << 20];
    Arrays.fill(blanks, (byte) ' ');
    assertThrows(RecordTooLargeException.class, () -> append(sent, kept, new SimpleRecord(blanks)));
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void ordinaryRecordsAreTaken(CompressionType sent, CompressionType kept) {
    byte[] noise = new byte[900];
    new Random(1).nextBytes(noise);
    SimpleRecord[] records = Stream.generate(() -> new SimpleRecord(noise)).limit(30).toArray(SimpleRecord[]::new);
    assertEquals(30, append(sent, kept, records));
  }

  /** @return how many offsets were given to records */
  private static long append(CompressionType sent, CompressionType kept, SimpleRecord... records) {
    MemoryRecords batch = MemoryRecords.withRecords(Compression.of(sent).build(), records);
    PrimitiveRef.LongRef next = PrimitiveRef.ofLong(0);
    var nobody = (LogValidator.MetricsRecorder) Proxy.newProxyInstance(
        LogValidator.class.getClassLoader(), new Class<?>[] {LogValidator.MetricsRecorder.class}, (proxy, method, args) -> null);
    new LogValidator(batch, new TopicPartition("topic", 0), Time.SYSTEM, sent, Compression.of(kept).build(), false, (byte) 2,
        TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE, 0, AppendOrigin.CLIENT)
        .validateMessagesAndAssignOffsets(next, nobody, BufferSupplier.create());
    return next.value;
  }
}
