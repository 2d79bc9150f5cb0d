package ru.vygodno.lake;

import java.io.Serializable;
import org.apache.spark.sql.Row;

/** Makes a row of a table from a record. */
@FunctionalInterface
interface RowReader extends Serializable {

  /** @throws MalformedRecordException with the reason when the record can't be understood */
  Row read(Source source) throws MalformedRecordException;
}
