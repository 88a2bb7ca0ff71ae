import Foundation
import Journal
import Model
import TestSupport
import Testing

/// One person's whole story.
@Suite("The story of a person")
struct StoryTests {
    private func story(of name: String, _ fixture: JournalFixture) async throws -> (names: [String], what: [String]) {
        let story = try await fixture.reader.story(of: Person(rawValue: name))
        return (
            story.names,
            story.rows.compactMap { row -> String? in
                guard case .text(let what) = row["what"] else { return nil }
                return what
            }
        )
    }

    @Test func tellsEverythingUnderEveryNameInTheOrderOfTime() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe, contactID: "c1", listID: "L"))
        fixture.time.advance(by: .seconds(5))
        try await fixture.carryOutAll()
        fixture.time.advance(by: .seconds(5))
        // Of the contact, and without an address.
        try await fixture.tell(.sample(.unsubscribe, email: nil, contactID: "c1"))
        fixture.time.advance(by: .seconds(5))
        try await fixture.carryOutAll()
        try await fixture.tell(.sample(.subscribe, email: "bob@example.com", contactID: "c9"))
        let ann = try await story(of: "ann@example.com", fixture)
        #expect(ann.names == ["ann@example.com", "contact:c1"])
        #expect(Set(ann.what).isSuperset(of: ["callback", "event", "consent", "attempt"]))
        let rows = try await fixture.reader.story(of: Person(rawValue: "ann@example.com")).rows
        let times = rows.compactMap { row -> Int64? in
            guard case .integer(let time) = row["at"] else { return nil }
            return time
        }
        #expect(times.count == rows.count && times == times.sorted())
        #expect(ann.what.firstIndex(of: "callback") == 0 && ann.what.count { $0 == "consent" } == 2)
        // From any of the names it is the same story.
        #expect(try await story(of: "contact:c1", fixture) == ann)
        #expect(!rows.contains { $0["person"] == .text("bob@example.com") })
    }

    @Test func nobodyHasNone() async throws {
        let fixture = try JournalFixture()
        try await fixture.tell(.sample(.subscribe))
        #expect(try await fixture.reader.story(of: Person(rawValue: "who@example.com")).rows.isEmpty)
    }
}
