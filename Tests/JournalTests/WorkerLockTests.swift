import Foundation
import TestSupport
import Testing

@testable import Journal

@Suite("The worker's proof of life", .timeLimit(.minutes(1)))
struct WorkerLockTests {
    @Test func livingWorkerIsNotDead() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        let lock = try WorkerLock(journalPath: path, owner: "w1")
        try withExtendedLifetime(lock) {
            #expect(!WorkerLock.isDead(journalPath: path, owner: "w1"))
            #expect(!WorkerLock.isDead(journalPath: path, owner: "w1"), "asking does not change it")
            #expect(throws: JournalError.self) { try WorkerLock(journalPath: path, owner: "w1") }
            #expect(!WorkerLock.isDead(journalPath: path, owner: "w1"), "nor does a second of its name")
            let other = try WorkerLock(journalPath: path, owner: "w2")
            withExtendedLifetime(other) {}
        }
    }

    @Test func workerThatEndedTakesItsFileWithIt() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        do {
            let lock = try WorkerLock(journalPath: path, owner: "w1")
            withExtendedLifetime(lock) {}
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.url.path) == [])
        #expect(WorkerLock.isDead(journalPath: path, owner: "w1"))
        #expect(WorkerLock.isDead(journalPath: path, owner: "never seen"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.url.path) == [], "asking leaves nothing")
    }

    @Test func lockThatCanNotBeMadeIsNamed() {
        #expect(throws: JournalError.self) { try WorkerLock(journalPath: "/nowhere/leadrelay.sqlite", owner: "w1") }
    }

    /// The kernel frees the lock of a process that was killed, though its file stays.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock")))
    func killedProcessIsDeadAtOnce() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("leadrelay.sqlite")
        let file = "\(path).worker-w1.lock"
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        // The shell is the locking process itself; it says when it has the lock, and waits for its end.
        child.arguments = ["--no-fork", file, "/bin/sh", "-c", "echo locked; read line"]
        let output = Pipe()
        let input = Pipe()
        child.standardOutput = output
        child.standardInput = input
        try child.run()
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "locked\n")
        #expect(!WorkerLock.isDead(journalPath: path, owner: "w1"))
        #expect(throws: JournalError.self) { try WorkerLock(journalPath: path, owner: "w1") }
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
        #expect(FileManager.default.fileExists(atPath: file))
        #expect(WorkerLock.isDead(journalPath: path, owner: "w1"))
        #expect(!FileManager.default.fileExists(atPath: file), "what it left is cleared away")
        withExtendedLifetime(try WorkerLock(journalPath: path, owner: "w1")) {}
    }
}
