package ru.vygodno.bounds;

import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.record.internal.CompressionType;

/**
 * How much a compressed batch may hold once it is decompressed. Kafka bounds what comes over the wire only
 * ({@code message.max.bytes}), and 300 kB of gzip can be 300 MB of blanks.
 *
 * <p>Kafka's own reader of batches calls this, at the places that pom.xml names: in a broker when it validates what a
 * client sends, so that nothing beyond the bounds gets into a log; in a reader when it meets a batch that is older than
 * the bounds, so that it says which one instead of running out of memory.
 */
public final class BatchBounds {
  /** In all, and so for one record, too: as {@code message.max.bytes}, which counts the bytes before decompression. */
  static final int MOST_BYTES = 1_048_588;
  /**
   * Times what the batch takes on the wire, so that what a reader asks for by {@code fetch.max.bytes} bounds what it gets.
   * Those of data/products.json come to 6 (gzip -9); a producer of Java that is refused sends the batch in parts.
   */
  static final int MOST_TIMES = 100;
  /** Of one record: each of two bytes becomes an object of some hundred. */
  static final int MOST_HEADERS = 100;

  private BatchBounds() {}

  /**
   * What a batch's records are read from.
   *
   * @param decompressed as Kafka would have read it
   * @param wireBytes what the batch takes with its header
   */
  public static InputStream bounded(InputStream decompressed, int wireBytes, long baseOffset) {
    return new BoundedInput(decompressed, Math.min(MOST_BYTES, (long) MOST_TIMES * wireBytes), baseOffset);
  }

  /**
   * What the library for Snappy would reserve memory for.
   *
   * @param stream the batch's compressed records; its position stays
   * @throws RecordTooLargeException naming the batch
   */
  public static void requireSmallChunks(CompressionType type, ByteBuffer stream, long baseOffset) {
    if (type == CompressionType.SNAPPY) {
      SnappyChunks.require(stream, MOST_BYTES, baseOffset);
    }
  }

  /**
   * The memory for one record, if the batch may hold that much more.
   *
   * @param bytes what the record says of itself; a negative number is left to Kafka, which refuses it
   * @throws RecordTooLargeException naming the batch
   */
  public static ByteBuffer room(InputStream records, int bytes) {
    if (records instanceof BoundedInput bounded) {
      bounded.requireRoom(bytes);
    } else if (bytes > MOST_BYTES) {
      throw new RecordTooLargeException("a record of " + bytes + " bytes: " + MOST_BYTES + " it may have");
    }
    return ByteBuffer.allocate(bytes);
  }

  /** How many headers a record may have of which so many bytes are left. */
  public static int headers(int bytesLeft) {
    return Math.min(bytesLeft, MOST_HEADERS);
  }
}
