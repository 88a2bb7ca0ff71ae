import Foundation
import TestSupport
import Testing

/// The model of the disk that power cuts are made up with.
@Suite("The model of a disk", .timeLimit(.minutes(1)))
struct DiskModelTests {
    @Test func whatWasNeverSyncedIsGone() throws {
        let cuts = try cuts(
            """
            1 openat(AT_FDCWD, "/d/journal.sqlite", O_RDWR|O_CREAT, 0644) = 3
            1 pwrite64(3, "abc", 3, 0) = 3
            """
        )
        #expect(cuts.last == [:])
    }

    @Test func syncOfAFileKeepsItsContentsAndOneOfTheFolderItsName() throws {
        let cuts = try cuts(
            """
            1 openat(AT_FDCWD, "/d/journal.sqlite", O_RDWR|O_CREAT, 0644) = 3
            1 pwrite64(3, "a\\0\\1b\\1771", 6, 0) = 6
            1 fdatasync(3) = 0
            1 openat(AT_FDCWD, "/d", O_RDONLY) = 4
            1 fsync(4) = 0
            1 pwrite64(3, "x", 1, 0) = 1
            """
        )
        #expect(cuts.count { $0 == [:] } > 4)
        #expect(cuts.last == ["journal.sqlite": [97, 0, 1, 98, 127, 49]])
    }

    @Test func syncCoversOnlyWhatWasWrittenBeforeItBegan() throws {
        let cuts = try cuts(
            """
            1 openat(AT_FDCWD, "/d/journal.sqlite", O_RDWR) = 3
            1 pwrite64(3, "new", 3, 0) = 3
            1 fdatasync(3 <unfinished ...>
            2 pwrite64(3, "late", 4, 3) = 4
            1 <... fdatasync resumed>) = 0
            """,
            ["journal.sqlite": Array("old".utf8)]
        )
        #expect(cuts.dropLast().allSatisfy { $0 == ["journal.sqlite": Array("old".utf8)] })
        #expect(cuts.last == ["journal.sqlite": Array("new".utf8)])
    }

    @Test func failedSyncLosesForGoodWhatALaterOneSaysToHaveKept() throws {
        let cuts = try cuts(
            """
            1 openat(AT_FDCWD, "/d/journal.sqlite", O_RDWR) = 3
            1 pwrite64(3, "new", 3, 0) = 3
            1 fdatasync(3) = -1 EIO (Input/output error) (INJECTED)
            1 fdatasync(3) = 0
            """,
            ["journal.sqlite": Array("old".utf8)]
        )
        #expect(cuts.last == ["journal.sqlite": Array("old".utf8)])
    }

    @Test func answersAreKnownByTheRequestsTheyFollow() throws {
        let trace = try trace(
            """
            1 read(5, "POST /webhooks HTTP/1.1\\r\\nX-Webhook-ID: w7\\r\\n\\r\\n{", 4096) = 48
            1 read(5,  <unfinished ...>
            2 writev(6, [{iov_base="HTTP/1.1 503 X\\r\\n", iov_len=14}, {iov_base="{}", iov_len=2}], 2) = 16
            1 <... read resumed>"}", 4096) = 1
            1 writev(5, [{iov_base="HTTP/1.1 200 OK\\r\\n", iov_len=17}, {iov_base="{}", iov_len=2}], 2) = 19
            """
        )
        #expect(trace.answers.map(\.webhookID) == ["w7"])
        #expect(trace.answers.map(\.status) == [200])
        #expect(trace.answers.map(\.event) == [6])
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func someOfWhatWasNotSyncedMaySurviveButNothingElseChanges(seed: UInt64) throws {
        var disk = DiskModel(folder: "/d", contents: ["journal.sqlite": [UInt8](repeating: 1, count: 2000)])
        let trace = try trace(
            """
            1 openat(AT_FDCWD, "/d/journal.sqlite", O_RDWR) = 3
            1 pwrite64(3, "\(String(repeating: "\\2", count: 3000))", 3000, 1000) = 3000
            """
        )
        for number in trace.calls.indices {
            disk.enter(trace.calls[number], number)
            disk.leave(trace.calls[number], number)
        }
        var random = SeededGenerator(seed: seed)
        var lengths: Set<Int> = []
        for _ in 0..<50 {
            let bytes = try #require(disk.files(.sectors, using: &random)["journal.sqlite"])
            #expect(bytes.prefix(1000).allSatisfy { $0 == 1 })
            for start in stride(from: 1024, to: bytes.count - 512, by: 512) {
                #expect(
                    Set(bytes[start..<(start + 512)]).count == 1 || start < 2000 && start + 512 > 2000,
                    "a sector is whole"
                )
            }
            lengths.insert(bytes.count)
        }
        #expect(lengths.count > 3)
    }

    private func trace(_ lines: String) throws -> SystemCallTrace {
        let folder = try TemporaryDirectory()
        try (lines + "\n").write(toFile: folder.path("trace"), atomically: true, encoding: .utf8)
        return try SystemCallTrace(contentsOf: folder.path("trace"))
    }

    /// What is found after a cut at each event of the trace, when nothing survives but what was made safe.
    private func cuts(_ lines: String, _ contents: [String: [UInt8]] = [:]) throws -> [[String: [UInt8]]] {
        let trace = try trace(lines)
        var disk = DiskModel(folder: "/d", contents: contents)
        var random = SeededGenerator(seed: 1)
        return trace.events.map { event in
            switch event {
            case .entered(let number): disk.enter(trace.calls[number], number)
            case .returned(let number): disk.leave(trace.calls[number], number)
            }
            return disk.files(.nothing, using: &random)
        }
    }
}
