import Model
import Testing

/// Small histories that random ones led to.
@Suite("Histories that ended wrong once", .timeLimit(.minutes(1)))
struct HistoryRegressionTests {
    private static let person = History.Person(
        email: "p1@acme.example",
        contacts: [History.Contact(id: "c11", listID: "L1", profile: nil)],
        standing: .nothing,
        moves: true
    )

    private static func told(_ action: Action, email: String?, previous: String? = nil) -> Told {
        Told(
            shape: .callback,
            action: action,
            person: 0,
            contactID: "c11",
            listID: "L1",
            email: email,
            previousEmail: previous
        )
    }

    /// Whoever opted out stays so, whatever was known of the contact when it was told.
    @Test(arguments: [nil, "new.p1@acme.example"])
    func optOutUnderNoOrAnotherAddressOfTheContactHoldsForTheLeadThatIsMadeLater(address: String?) async throws {
        let history = History(
            seed: 1,
            people: [Self.person],
            steps: [
                .tell([Self.told(.unsubscribe, email: address)]),
                .settle,
                .tell([Self.told(.subscribe, email: "p1@acme.example")]),
            ]
        )
        let problems = try await HistoryRun(history: history).problems()
        #expect(problems == [])
    }
}
