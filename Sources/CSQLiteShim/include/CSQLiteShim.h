#ifndef LEADRELAY_CSQLITESHIM_H
#define LEADRELAY_CSQLITESHIM_H

/// Switches off SQLite's checkpoint at the closing of a connection (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE).
///
/// `sqlite3_db_config` is variadic, which Swift can't call. `connection` is a `sqlite3 *`; it is opaque here so
/// that the header needs no other. Returns SQLITE_OK (0) when the setting reads back as on.
int leadrelay_sqlite_no_checkpoint_on_close(void *connection);

/// Reads bytes of the database file as it is on disk, through the descriptor that SQLite has open.
///
/// Opening the file by other means in the same process would drop SQLite's locks when it is closed. Returns SQLITE_OK (0),
/// or another code where fewer bytes are there.
int leadrelay_sqlite_read_file(void *connection, void *buffer, int count, long long offset);

/// The size of the database file on disk, in bytes; -1 where it can't be told.
long long leadrelay_sqlite_file_size(void *connection);

#endif
