#include "CSQLiteShim.h"

#include <sqlite3.h>

int leadrelay_sqlite_no_checkpoint_on_close(void *connection) {
    int is_on = 0;
    int code = sqlite3_db_config((sqlite3 *)connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &is_on);
    if (code != SQLITE_OK) {
        return code;
    }
    return is_on ? SQLITE_OK : SQLITE_ERROR;
}
