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

int leadrelay_sqlite_read_file(void *connection, void *buffer, int count, long long offset) {
    sqlite3_file *file = 0;
    int code = sqlite3_file_control((sqlite3 *)connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK || file == 0 || file->pMethods == 0) {
        return code == SQLITE_OK ? SQLITE_ERROR : code;
    }
    return file->pMethods->xRead(file, buffer, count, offset);
}

long long leadrelay_sqlite_file_size(void *connection) {
    sqlite3_file *file = 0;
    sqlite3_int64 size = -1;
    int code = sqlite3_file_control((sqlite3 *)connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code != SQLITE_OK || file == 0 || file->pMethods == 0 || file->pMethods->xFileSize(file, &size) != SQLITE_OK) {
        return -1;
    }
    return size;
}
