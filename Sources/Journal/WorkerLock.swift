import Foundation

/// A worker's proof of life: a lock on `PATH.worker-OWNER.lock`, held as long as its process lives.
package final class WorkerLock: Sendable {
    private let path: String
    private let lock: FileLock

    /// Takes the lock for a worker that starts under the name `owner`.
    ///
    /// - Throws: `JournalError.unusable` where the file can't be made or somebody else lives under that name.
    package init(journalPath: String, owner: String) throws(JournalError) {
        let path = Self.path(journalPath: journalPath, owner: owner)
        // Not before the lock is ours: `deinit` also runs when `init` throws, and would unlink the living worker's file.
        lock = try Self.acquire(path, owner: owner)
        self.path = path
    }

    /// Takes the lock of a file that is still in its place afterwards: whoever sweeps up behind dead workers may hold a new
    /// file's lock for a moment, and unlink it.
    private static func acquire(_ path: String, owner: String) throws(JournalError) -> FileLock {
        for _ in 0..<20 {
            let lock: FileLock
            do {
                lock = try FileLock(path: path)
            } catch {
                throw .unusable(
                    "The worker's lock \(path) can't be made; check the permissions of the journal's folder."
                )
            }
            guard (try? lock.acquire(timeout: .milliseconds(100))) != nil else { break }
            if lock.isStill(at: path) { return lock }
        }
        throw .unusable("Another worker runs under the name \(owner).")
    }

    deinit {
        unlink(path)
        lock.release()
    }

    /// Whether the worker of that name is provably dead: the kernel has freed its lock, or it took its file with it.
    package static func isDead(journalPath: String, owner: String) -> Bool {
        let path = path(journalPath: journalPath, owner: owner)
        guard access(path, F_OK) == 0 else { return true }
        guard let lock = try? FileLock(path: path), lock.tryAcquire() else { return false }
        unlink(path)
        lock.release()
        return true
    }

    /// Removes the lock files that workers left behind when they were killed.
    package static func removeStale(journalPath: String) {
        let url = URL(fileURLWithPath: journalPath)
        let prefix = url.lastPathComponent + ".worker-"
        let folder = url.deletingLastPathComponent().path
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix(prefix) && name.hasSuffix(".lock") {
            _ = isDead(journalPath: journalPath, owner: String(name.dropFirst(prefix.count).dropLast(".lock".count)))
        }
    }

    private static func path(journalPath: String, owner: String) -> String {
        "\(journalPath).worker-\(owner).lock"
    }
}
