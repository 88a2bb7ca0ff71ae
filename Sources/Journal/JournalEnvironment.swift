import Foundation
import GRDB

/// What `doctor` tells of the journal's surroundings.
package struct JournalEnvironment: Sendable {
    /// SQLite's version, such as `3.40.1`.
    package let sqliteVersion: String
    /// Whether that SQLite has the fix of the WAL-reset bug (3.51.3, or a backport in 3.44.6 and 3.50.7).
    package let hasCheckpointFix: Bool
    /// The file system's name when it is one that WAL can't live on, since its memory is not shared; nil for a good one.
    package let unsuitableFileSystem: String?
    /// Ids of the processes that have the file open now.
    package let openedBy: [Int32]

    package init(journalPath: String) throws(JournalError) {
        do {
            let queue = try DatabaseQueue()
            sqliteVersion = try queue.read { try String.fetchOne($0, sql: "SELECT sqlite_version()") } ?? "unknown"
        } catch {
            throw JournalError(error)
        }
        hasCheckpointFix = Self.hasCheckpointFix(sqliteVersion)
        unsuitableFileSystem = Self.unsuitableFileSystem(journalPath)
        openedBy = Self.processes(holding: journalPath)
    }

    static func hasCheckpointFix(_ version: String) -> Bool {
        let parts = version.split(separator: ".").compactMap { Int($0) }
        guard parts.count == 3, parts[0] == 3 else { return false }
        return switch parts[1] {
        case 44: parts[2] >= 6
        case 50: parts[2] >= 7
        case 51: parts[2] >= 3
        default: parts[1] > 51 || (parts[1] < 7 && parts[1] >= 0)
        }
    }

    /// Types in `/proc/self/mounts` whose files two machines can reach, or whose memory maps are not shared.
    private static let unsuitable: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs",
        "fuse.s3fs",
    ]

    private static func unsuitableFileSystem(_ path: String) -> String? {
        guard let mounts = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8) else { return nil }
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let candidates = mounts.split(separator: "\n").compactMap { line -> (point: String, type: String)? in
            let parts = line.split(separator: " ")
            guard parts.count >= 3 else { return nil }
            let point = String(parts[1])
            return file.hasPrefix(point == "/" ? point : point + "/") ? (point, String(parts[2])) : nil
        }
        // The longest mount point above the file is the one that holds it; of two on one point the later.
        let holder = candidates.reversed().max { $0.point.count < $1.point.count }
        return holder.flatMap { unsuitable.contains($0.type) ? $0.type : nil }
    }

    /// Reads links below `/proc`, which opens nothing of the journal's.
    private static func processes(holding path: String) -> [Int32] {
        let manager = FileManager.default
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let processes = (try? manager.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return processes.filter { process in
            let folder = "/proc/\(process)/fd"
            let descriptors = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
            return descriptors.contains { descriptor in
                (try? manager.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)")) == target
            }
        }
        .sorted()
    }
}
