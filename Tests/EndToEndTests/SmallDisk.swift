import Foundation
import SystemPackage

/// A file system of a given size in memory, which only root can mount.
final class SmallDisk: Sendable {
    struct Unmountable: Error {}

    static let isPossible = geteuid() == 0 && (try? SmallDisk(megabytes: 1)) != nil

    let path: String

    init(megabytes: Int) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("leadrelay-disk-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard Self.run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "none", path) else {
            try? FileManager.default.removeItem(atPath: path)
            throw Unmountable()
        }
    }

    deinit {
        guard Self.run("umount", "-l", path) else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Leaves no page free.
    func fill() throws {
        let file = try FileDescriptor.open(
            FilePath(ballast),
            .writeOnly,
            options: [.create, .append],
            permissions: .ownerReadWrite
        )
        try file.closeAfter {
            let page = [UInt8](repeating: 0, count: 4096)
            while (try? file.writeAll(page)) != nil {}
        }
    }

    /// Makes space again.
    func empty() throws {
        try FileManager.default.removeItem(atPath: ballast)
    }

    private var ballast: String { path + "/ballast" }

    private static func run(_ arguments: String...) -> Bool {
        ShellCommand.succeeds(arguments)
    }
}

/// A file that nobody can write, not even who has it open, and not even root.
enum ImmutableFile {
    /// Whether this system knows such files.
    static let isPossible: Bool = {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("leadrelay-\(UUID().uuidString)").path
        guard geteuid() == 0, FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path), set([path])
        else { return false }
        let isKept = (try? file.write(contentsOf: Data([1]))) == nil
        _ = clear([path])
        try? FileManager.default.removeItem(atPath: path)
        return isKept
    }()

    static func set(_ paths: [String]) -> Bool { ShellCommand.succeeds(["chattr", "+i"] + paths) }
    static func clear(_ paths: [String]) -> Bool { ShellCommand.succeeds(["chattr", "-i"] + paths) }
}

private enum ShellCommand {
    static func succeeds(_ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
