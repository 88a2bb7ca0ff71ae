import Model
import TestSupport
import Testing

@testable import Journal

@Suite("What the server said, in the ledger", .timeLimit(.minutes(1)))
struct LedgerPauseTests {
    @Test func pauseThatTheServerAskedForShowsInEveryWindowUntilItIsOver() async throws {
        let fixture = try JournalFixture()
        let ask = RequestAsk(purpose: "contact", worker: "w1", length: .seconds(3600))
        for _ in 0..<2 { _ = try await fixture.journal.grantRequest(ask) { _ in .grant } }
        func pause(_ seconds: Int) -> Pause {
            let until = fixture.now.advanced(by: .seconds(seconds))
            return Pause(subject: .getResponse, reason: "429", errorClass: .throttled, until: until)
        }
        try await fixture.journal.settleRequest(1, status: 429, pause: pause(100))
        try await fixture.journal.settleRequest(2, status: 429, pause: pause(30))
        let rest = RequestWindow.Rest(remaining: .seconds(100), asked: .seconds(100))
        #expect(try await window(fixture).rest == rest, "the longest one named stays")
        #expect(try await fixture.openAnother().reader.requestWindow(length: .seconds(3600)).rest == rest)
        // An answer to what left before the pause proves nothing.
        try await fixture.journal.settleRequest(1, status: 200)
        #expect(try await window(fixture).rest == rest)
        fixture.time.jumpWall(by: .seconds(3600))
        #expect(try await window(fixture).rest == rest, "the boot clock counts")
        fixture.time.advance(by: .seconds(100))
        #expect(try await window(fixture).rest == nil)
        #expect(try await fixture.reader.pauses().count == 1)
        try await fixture.journal.settleRequest(1, status: 200)
        #expect(try await fixture.reader.pauses().isEmpty)
    }

    @Test func noPauseLastsLongerThanAnHour() async throws {
        let fixture = try JournalFixture()
        let until = fixture.now.advanced(by: .seconds(86_400))
        try await fixture.journal.setPause(
            Pause(subject: .getResponse, reason: "r", errorClass: .throttled, until: until)
        )
        #expect(try await window(fixture).rest?.remaining == .seconds(3600))
    }

    /// A fault's pause lets operators look whether it is mended, the server's word lets nobody: neither may hide the other.
    @Test(arguments: [false, true])
    func serversWordStandsBesideAFaultsPauseWhicheverCameFirst(faultFirst: Bool) async throws {
        let fixture = try JournalFixture()
        func pause(_ seconds: Int, _ errorClass: ErrorClass) -> Pause {
            let until = fixture.now.advanced(by: .seconds(seconds))
            return Pause(subject: .getResponse, reason: "\(errorClass)", errorClass: errorClass, until: until)
        }
        let both = [pause(60, .configuration), pause(40, .throttled)]
        for pause in faultFirst ? both : both.reversed() { try await fixture.journal.setPause(pause) }
        #expect(try await window(fixture).rest == RequestWindow.Rest(remaining: .seconds(60), asked: .seconds(40)))
        #expect(try await fixture.reader.pauses().map(\.errorClass) == [.configuration])
        fixture.time.jumpWall(by: .seconds(3600))
        fixture.time.advance(by: .seconds(30))
        #expect(try await window(fixture).rest == RequestWindow.Rest(remaining: .seconds(30), asked: .seconds(10)))
        fixture.time.advance(by: .seconds(20))
        #expect(try await window(fixture).rest == RequestWindow.Rest(remaining: .seconds(10)))
        try await fixture.journal.setPause(pause(100, .throttled))
        #expect(try await window(fixture).rest == RequestWindow.Rest(remaining: .seconds(100), asked: .seconds(100)))
    }

    private func window(_ fixture: JournalFixture) async throws -> RequestWindow {
        try await fixture.reader.requestWindow(length: .seconds(3600))
    }
}
