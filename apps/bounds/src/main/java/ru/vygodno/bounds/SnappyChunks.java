package ru.vygodno.bounds;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * What the chunks of a Snappy stream say of themselves. The library reserves as much as each says before it has read one
 * byte of it, up to half a gigabyte for a chunk and two for what it holds.
 */
final class SnappyChunks {
  /** How the streams begin that Kafka's own clients write; those of librdkafka are one chunk without it. */
  private static final long MAGIC = 0x82534e4150505900L;
  private static final int HEADER_BYTES = 16;

  private SnappyChunks() {}

  /**
   * @param stream its position stays
   * @throws RecordTooLargeException when a chunk would hold more than {@code most} bytes, or is longer than the stream
   */
  static void require(ByteBuffer stream, int most, long baseOffset) {
    ByteBuffer rest = stream.duplicate();
    if (rest.remaining() < HEADER_BYTES || rest.getLong(rest.position()) != MAGIC) {
      requireSmall(rest, most, baseOffset);
      return;
    }
    rest.position(rest.position() + HEADER_BYTES);
    while (rest.remaining() >= Integer.BYTES) {
      int length = rest.getInt();
      // a negative one is a header within the stream, which nobody writes: each costs the library a frame of its stack
      if (length < 0 || length > rest.remaining()) {
        throw refusal(baseOffset, "says that it is " + length + " bytes long, where " + rest.remaining() + " are left");
      }
      requireSmall(rest.slice(rest.position(), length), most, baseOffset);
      rest.position(rest.position() + length);
    }
  }

  /** A chunk begins with the length of what it holds, seven bits a byte, the lowest first. */
  private static void requireSmall(ByteBuffer chunk, int most, long baseOffset) {
    ByteBuffer rest = chunk.duplicate();
    long length = 0;
    byte next = -1;
    for (int shift = 0; shift < 35 && next < 0 && rest.hasRemaining(); shift += 7) {
      next = rest.get();
      length |= (long) (next & 0x7f) << shift;
    }
    if (length > most) {
      throw refusal(baseOffset, "would hold " + length + " bytes, " + most + " it may");
    }
  }

  private static RecordTooLargeException refusal(long baseOffset, String what) {
    return new RecordTooLargeException(
        "the batch that begins with offset " + baseOffset + " has a chunk of Snappy that " + what);
  }
}
