import Foundation
import Synchronization

/// An advisory lock on a file (`flock`), which the kernel frees when the process dies.
final class FileLock: Sendable {
    /// Why the lock was not had.
    enum Failure: Error {
        case timedOut
        case unusable(String)
    }

    private let descriptor: Int32

    /// Opens the lock file, making it with mode 0600 where there is none.
    init(path: String) throws(Failure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            throw .unusable("\(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Takes the lock if nobody has it.
    func tryAcquire() -> Bool {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// Blocks the calling thread until the lock is had, asking every half millisecond: `flock` itself can't wait for a
    /// bounded time, and SQLite's busy handler backs off to 100 ms and lets newcomers win.
    func acquire(timeout: Duration) throws(Failure) {
        if tryAcquire() { return }
        let deadline = ContinuousClock.now + timeout
        while !tryAcquire() {
            guard ContinuousClock.now < deadline else { throw .timedOut }
            usleep(500)
        }
    }

    /// Whether the file that was opened is still the one at `path`: somebody may have unlinked it meanwhile.
    func isStill(at path: String) -> Bool {
        var ours = stat()
        var named = stat()
        return fstat(descriptor, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino
            && ours.st_dev == named.st_dev
    }

    func release() {
        flock(descriptor, LOCK_UN)
    }
}
