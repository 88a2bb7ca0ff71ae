import Crypto
import Foundation

/// The secret of the chains in `callback` and `consent_change`.
struct ChainKey: Sendable {
    let symmetricKey: SymmetricKey

    /// Takes the configured key, else the file's, else makes the file.
    ///
    /// Two processes that start together must end with one key: the file is written under a name of its own and linked into
    /// place, which fails for the second, who then reads the first one's. A journal that has rows was chained with a key: a
    /// new one would make every one of them look forged, so the lost one must be brought back.
    init(configured: String?, journalPath: String, mayMakeFile: Bool) throws(JournalError) {
        if let configured {
            symmetricKey = SymmetricKey(data: Data(configured.utf8))
            return
        }
        let path = journalPath + ".key"
        if !FileManager.default.fileExists(atPath: path) {
            guard mayMakeFile else {
                throw .unusable(
                    "The journal's key \(path) is missing, but the journal has rows; restore it from a copy or set journal.key."
                )
            }
            try Self.makeFile(at: path)
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw .unusable("The journal's key \(path) can't be read; check its permissions or set journal.key.")
        }
        // Before the first row: rows must not outlive the name of the key that they are chained with, whoever made it.
        if mayMakeFile { try Self.syncFolder(of: path) }
        let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !secret.isEmpty else {
            throw .unusable("The journal's key \(path) is empty; restore it from a copy or set journal.key.")
        }
        symmetricKey = SymmetricKey(data: Data(secret.utf8))
    }

    private static func makeFile(at path: String) throws(JournalError) {
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
        let draft = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unusable("The journal's key \(path) can't be made: \(String(cString: strerror(errno))).")
        }
        let line = Array((secret + "\n").utf8)
        let written = write(descriptor, line, line.count)
        let synced = fsync(descriptor)
        close(descriptor)
        defer { unlink(draft) }
        guard written == line.count, synced == 0 else {
            throw .unwritable("\(draft): \(String(cString: strerror(errno)))")
        }
        if link(draft, path) != 0, errno != EEXIST {
            throw .unusable("The journal's key \(path) can't be made: \(String(cString: strerror(errno))).")
        }
    }

    /// Makes the names in the folder last.
    private static func syncFolder(of path: String) throws(JournalError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw .unwritable("\(folder): \(String(cString: strerror(errno)))")
        }
    }
}
