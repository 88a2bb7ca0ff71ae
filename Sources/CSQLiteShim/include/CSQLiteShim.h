#ifndef LEADRELAY_CSQLITESHIM_H
#define LEADRELAY_CSQLITESHIM_H

/// Switches off SQLite's checkpoint at the closing of a connection (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE).
///
/// `sqlite3_db_config` is variadic, which Swift can't call. `connection` is a `sqlite3 *`; it is opaque here so
/// that the header needs no other. Returns SQLITE_OK (0) when the setting reads back as on.
int leadrelay_sqlite_no_checkpoint_on_close(void *connection);

#endif
