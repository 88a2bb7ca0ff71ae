import Foundation
import Subprocess

/// What `strace` saw of a process and its threads, in the order in which it saw it.
///
/// Every stop of every thread goes through the one tracer, so what causes something always stands before it: a thread that
/// answers after another's sync is told of after the return of that sync.
struct SystemCallTrace: Sendable {
    enum Event: Sendable {
        /// The call at this place of `calls` has begun.
        case entered(Int)
        case returned(Int)
    }

    private(set) var calls: [SystemCall] = []
    private(set) var events: [Event] = []

    /// Reads a file that `strace -f -o` wrote.
    init(contentsOf path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        /// The first half of each thread's call, and its place.
        var begun: [String: (head: [UInt8], place: Int)] = [:]
        try data.withUnsafeBytes { bytes in
            var rest = bytes.bindMemory(to: UInt8.self)[...]
            while !rest.isEmpty {
                let newline = rest.firstIndexFast(of: UInt8(ascii: "\n")) ?? rest.endIndex
                let line = rest[rest.startIndex..<newline]
                rest = rest[min(newline + 1, rest.endIndex)...]
                let label = String(decoding: line.prefix(100), as: UTF8.self)
                guard let space = label.firstIndex(of: " ") else { continue }
                let thread = String(label[..<space])
                let text = label[space...].drop { $0 == " " }
                let body = UnsafeBufferPointer(rebasing: line.dropFirst(label.utf8.count - text.utf8.count))
                if text.hasPrefix("+++") || text.hasPrefix("---") { continue }
                if text.hasPrefix("<...") {
                    guard let (head, place) = begun.removeValue(forKey: thread),
                        let bracket = body.firstIndex(of: UInt8(ascii: ">"))
                    else { continue }
                    calls[place] = try (head + body.dropFirst(bracket + 1)).withUnsafeBufferPointer(SystemCall.init)
                    events.append(.returned(place))
                } else if body.hasSuffix(Self.unfinished) {
                    let head = UnsafeBufferPointer(rebasing: body.dropLast(Self.unfinished.count))
                    begun[thread] = (Array(head), calls.count)
                    events.append(.entered(calls.count))
                    calls.append(try SystemCall(head))
                } else {
                    events += [.entered(calls.count), .returned(calls.count)]
                    calls.append(try SystemCall(body))
                }
            }
        }
    }

    private static let unfinished = Array(" <unfinished ...>".utf8)
}

extension Slice where Base == UnsafeBufferPointer<UInt8> {
    /// `memchr`: traces are long.
    fileprivate func firstIndexFast(of byte: UInt8) -> Int? {
        let all = UnsafeBufferPointer(rebasing: self)
        guard let start = all.baseAddress, let found = memchr(start, Int32(byte), all.count) else { return nil }
        return startIndex + (UnsafeRawPointer(found) - UnsafeRawPointer(start))
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool {
        count >= suffix.count && suffix.elementsEqual(self[(count - suffix.count)...])
    }
}

/// Debian's `strace`, set up so that a power cut can be made up from what it writes.
enum SystemCallTracer {
    /// Whether there is an `strace` that may trace here.
    static let isAvailable: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["strace", "-o", "/dev/null", "true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Everything that changes a file or a name, makes it safe, or goes through a socket.
    private static let calls = """
        open,openat,creat,close,dup,dup2,dup3,fcntl,mmap,read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,\
        pwritev,pwritev2,fsync,fdatasync,sync_file_range,truncate,ftruncate,fallocate,copy_file_range,sendfile,splice,unlink,\
        unlinkat,rename,renameat,renameat2,link,linkat
        """

    /// The command in front of the traced one, which keeps its process id.
    ///
    /// The trace is written to that file; faults are put in as `strace -e inject=` takes them.
    static func command(writing trace: String, faults: String? = nil) -> [String] {
        [
            "strace", "-D", "-f", "--seccomp-bpf", "-s", "16777216", "-o", trace, "-e", "signal=none", "-e",
            "trace=\(calls)",
        ]
            + (faults.map { ["-e", "inject=\($0)"] } ?? [])
    }

    /// Waits until the tracer, which outlives the traced process for a moment, has written everything.
    static func waitForEnd(of trace: String) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: trace))
            defer { try? file.close() }
            let size = try file.seekToEnd()
            try file.seek(toOffset: size > 4096 ? size - 4096 : 0)
            let tail = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
            let first = try Self.firstThread(of: trace)
            let isOver = tail.split(separator: "\n").contains { line in
                // Short process ids are padded.
                line.hasPrefix("\(first) ") && line.dropFirst(first.count).drop { $0 == " " }.hasPrefix("+++ ")
            }
            if isOver { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw SystemCall.Unreadable(line: "the trace at \(trace) has no end")
    }

    /// The first thread is the process itself.
    private static func firstThread(of trace: String) throws -> String {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: trace))
        defer { try? file.close() }
        let head = String(decoding: try file.read(upToCount: 20) ?? Data(), as: UTF8.self)
        return String(head.prefix { $0 != " " })
    }
}
