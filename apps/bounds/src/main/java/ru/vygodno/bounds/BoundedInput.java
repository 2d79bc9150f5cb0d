package ru.vygodno.bounds;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** A batch's decompressed records, of which no more is read than it may hold. */
final class BoundedInput extends FilterInputStream {
  private final long most;
  private final long baseOffset;
  private long left;

  BoundedInput(InputStream decompressed, long most, long baseOffset) {
    super(decompressed);
    this.most = most;
    this.left = most;
    this.baseOffset = baseOffset;
  }

  void requireRoom(int bytes) {
    if (bytes > left) {
      throw tooLarge();
    }
  }

  @Override
  public int read() throws IOException {
    int next = in.read();
    if (next >= 0) {
      take(1);
    }
    return next;
  }

  @Override
  public int read(byte[] target, int start, int length) throws IOException {
    int count = in.read(target, start, length);
    if (count > 0) {
      take(count);
    }
    return count;
  }

  @Override
  public long skip(long length) throws IOException {
    // one more than may come tells that more is there
    long count = in.skip(Math.min(length, left + 1));
    take(count);
    return count;
  }

  private void take(long bytes) {
    left -= bytes;
    if (left < 0) {
      throw tooLarge();
    }
  }

  private RecordTooLargeException tooLarge() {
    return new RecordTooLargeException(
        "the batch that begins with offset " + baseOffset + " is compressed and holds more than " + most + " bytes");
  }
}
