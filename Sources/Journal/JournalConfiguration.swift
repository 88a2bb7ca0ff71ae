/// Where the journal is and how this process uses it.
package struct JournalConfiguration: Sendable {
    /// Whether opening for writing may bring the schema up to date.
    package enum MigrationMode: String, Sendable {
        /// Apply what is pending, under the journal's lock.
        case auto
        /// Refuse an old schema: somebody runs `leadrelay migrate`.
        case never
    }

    /// The file's path; `PATH-wal`, `PATH-shm`, `PATH.lock` and `PATH.key` stand beside it.
    package var path: String
    /// The chain's secret; nil reads `PATH.key`, which is made with mode 0600 where there is none.
    package var key: String?
    package var migrationMode: MigrationMode
    /// How long a write waits for the lock before it fails as busy.
    package var lockTimeout: Duration
    /// The size of the write-ahead log, in bytes, at which this process checkpoints after a commit.
    package var checkpointBytes: Int64

    /// A configuration with the worker's checkpoint size (4 MiB); ingest passes 64 MiB, to leave that work to the worker.
    package init(
        path: String,
        key: String? = nil,
        migrationMode: MigrationMode = .auto,
        lockTimeout: Duration = .seconds(2),
        checkpointBytes: Int64 = 4 << 20
    ) {
        self.path = path
        self.key = key
        self.migrationMode = migrationMode
        self.lockTimeout = lockTimeout
        self.checkpointBytes = checkpointBytes
    }
}
