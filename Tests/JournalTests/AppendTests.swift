import Foundation
import GRDB
import Model
import TestSupport
import Testing

@testable import Journal

@Suite("Appending callbacks", .timeLimit(.minutes(1)))
struct AppendTests {
    @Test func idsHaveNoGaps() async throws {
        let fixture = try JournalFixture()
        #expect(try await fixture.journal.append([.sample(), .sample()]) == [1, 2])
        #expect(try await fixture.journal.append([]) == [])
        #expect(try await fixture.journal.append([.sample()]) == [3])
        #expect(try await fixture.integers("SELECT id FROM callback ORDER BY id") == [1, 2, 3])
    }

    @Test func everyColumnIsKeptToTheByte() async throws {
        let fixture = try JournalFixture()
        let body = Data([0x7B, 0x00, 0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80, 0x0A, 0x7D])
        _ = try await fixture.journal.append([
            NewCallback(
                receivedAt: Timestamp(milliseconds: 1_776_762_900_123),
                source: .zapier,
                method: "PUT",
                query: "a=%00&b=ä+%2B",
                contentType: "application/json; charset=\"utf-8\"",
                webhookID: "w-1",
                webhookType: "contact_added",
                body: body,
                remoteAddress: "2001:db8::1",
                tokenLabel: "first"
            )
        ])
        let callback = try #require(try await fixture.reader.undecodedCallbacks(limit: 1).first)
        #expect(callback.id == 1)
        #expect(callback.receivedAt == Timestamp(milliseconds: 1_776_762_900_123))
        #expect(callback.source == .zapier)
        #expect(callback.method == "PUT")
        #expect(callback.query == "a=%00&b=ä+%2B")
        #expect(callback.contentType == "application/json; charset=\"utf-8\"")
        #expect(callback.webhookID == "w-1")
        #expect(callback.webhookType == "contact_added")
        #expect(callback.body == body)
        #expect(!callback.isMalformed)
        let row = try await fixture.row("SELECT remote_address, token_label, state FROM callback")
        #expect(row.cells == [.text("2001:db8::1"), .text("first"), .text("received")])
    }

    @Test func nothingAndEmptyStayDifferent() async throws {
        let fixture = try JournalFixture()
        _ = try await fixture.journal.append([
            NewCallback(receivedAt: fixture.now, source: .getresponse, method: "GET", query: nil, body: nil),
            NewCallback(receivedAt: fixture.now, source: .getresponse, method: "POST", query: "", body: Data()),
        ])
        let callbacks = try await fixture.reader.undecodedCallbacks(limit: 2)
        #expect(callbacks.map(\.body) == [nil, Data()])
        #expect(callbacks.map(\.query) == [nil, ""])
    }

    @Test func malformedOnesAreKeptAsSuch() async throws {
        let fixture = try JournalFixture()
        var callback = NewCallback.sample("{oops")
        callback.isMalformed = true
        _ = try await fixture.journal.append([callback])
        #expect(try await fixture.text("SELECT state FROM callback") == "malformed")
        #expect(try await fixture.reader.undecodedCallbacks(limit: 1).first?.isMalformed == true)
    }

    @Test func largeBodiesComeBackWhole() async throws {
        let fixture = try JournalFixture()
        var generator = SeededGenerator(seed: 7)
        let body = Data((0..<1_048_576).map { _ in UInt8.random(in: 0...255, using: &generator) })
        _ = try await fixture.journal.append([
            NewCallback(receivedAt: fixture.now, source: .getresponse, method: "POST", body: body)
        ])
        #expect(try await fixture.reader.undecodedCallbacks(limit: 1).first?.body == body)
    }

    @Test func twoProcessesAppendingAtOnceMakeOneUnbrokenChain() async throws {
        let fixture = try JournalFixture()
        let other = try fixture.openAnother()
        let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for number in 0..<60 {
                let journal = number.isMultiple(of: 2) ? fixture.journal : other
                group.addTask { try await journal.append([.sample("{\"n\":\(number)}"), .sample("[\(number)]")]) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(ids.sorted() == Array(1...120))
        #expect(try await fixture.count("callback") == 120)
        #expect(try await fixture.callbackChainFaults() == [])
    }

    @Test func callerSeesACommitAtOnceOnTheOtherJournal() async throws {
        let fixture = try JournalFixture()
        let other = try fixture.openAnother()
        for number in 1...20 {
            let ids = try await (number.isMultiple(of: 2) ? fixture.journal : other).append([.sample()])
            #expect(ids == [Int64(number)])
            let seen = try await (number.isMultiple(of: 2) ? other : fixture.journal).reader.status().undecodedCallbacks
            #expect(seen == number)
        }
    }
}
