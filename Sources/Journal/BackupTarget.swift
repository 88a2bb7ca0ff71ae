import Foundation

/// Where a backup goes: a draft beside it until it is whole.
final class BackupTarget: Sendable {
    let path: String
    /// `PATH.tmp`, mode 0600, locked for as long as this lives: two backups to one place must not mix.
    let draft: String
    private let replaces: Bool
    private let lock: FileLock

    /// Makes the draft, empty, once nothing is in the way.
    init(path: String, journalPath: String, replaces: Bool) throws(JournalError) {
        self.path = path
        self.replaces = replaces
        draft = path + ".tmp"
        try Self.requireFree(path, journalPath: journalPath, replaces: replaces)
        do {
            lock = try FileLock(path: draft)
        } catch {
            throw .unusable("\(draft) can't be made; check the folder, its space and its permissions.")
        }
        guard lock.tryAcquire(), lock.isStill(at: draft) else {
            throw .unusable("Another backup to \(path) is under way; wait for it, or name another file.")
        }
        // What a backup that was killed left behind.
        for suffix in Self.companions { unlink(draft + suffix) }
        guard truncate(draft, 0) == 0, chmod(draft, 0o600) == 0 else { throw Self.failure(of: draft) }
    }

    /// Syncs the draft and gives it its name, in one step.
    ///
    /// - Returns: Its size in bytes.
    func publish() throws(JournalError) -> Int64 {
        var status = stat()
        guard stat(draft, &status) == 0 else { throw Self.failure(of: draft) }
        try Self.sync(draft)
        if replaces {
            guard rename(draft, path) == 0 else { throw Self.failure(of: path) }
        } else {
            // Unlike a rename, a link fails where somebody has put a file meanwhile.
            guard link(draft, path) == 0 else { throw Self.failure(of: path) }
            unlink(draft)
        }
        try Self.sync(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        return Int64(status.st_size)
    }

    func discard() {
        for suffix in [""] + Self.companions { unlink(draft + suffix) }
    }

    private static let companions = ["-journal", "-wal", "-shm"]

    private static func requireFree(_ path: String, journalPath: String, replaces: Bool) throws(JournalError) {
        var journal = stat()
        var found = stat()
        guard stat(path, &found) == 0 else { return }
        if stat(journalPath, &journal) == 0, journal.st_ino == found.st_ino, journal.st_dev == found.st_dev {
            throw .unusable("\(path) is the journal itself; name another file for the backup.")
        }
        guard found.st_mode & S_IFMT == S_IFREG else {
            throw .unusable("\(path) is no plain file; name a file for the backup.")
        }
        guard replaces else {
            throw .unusable("\(path) is there already; name another file, or add --replace.")
        }
        for suffix in companions where access(path + suffix, F_OK) == 0 {
            throw .unusable(
                "\(path)\(suffix) shows that \(path) is a database in use; name another file for the backup."
            )
        }
    }

    private static func sync(_ path: String) throws(JournalError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(of: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(of: path) }
    }

    private static func failure(of path: String) -> JournalError {
        .unusable("\(path) can't be written: \(String(cString: strerror(errno))).")
    }
}
