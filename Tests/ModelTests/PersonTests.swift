import Model
import Testing

@Suite struct People {
    @Test(
        arguments: [
            ("jane@example.com", "jane@example.com"), (" Jane.Doe@Example.COM\n", "jane.doe@example.com"),
            ("\u{A0}\u{3000}J@X.example\t", "j@x.example"), ("O'Brien@x.example", "o'brien@x.example"),
            ("JÜRGEN@x.example", "jürgen@x.example"),
        ]
    )
    func addressIsTrimmedAndLowerCased(email: String, person: String) {
        #expect(Person(email: email)?.rawValue == person)
        #expect(Person(email: email)?.email == person)
    }

    @Test(arguments: ["", "  ", "jane", "jane.example.com"])
    func textWithoutAnAtSignIsNobody(email: String) {
        #expect(Person(email: email) == nil)
    }

    @Test func contactIDStandsInForAnAddress() {
        let person = Person(contactID: "pV3r")
        #expect(person.rawValue == "contact:pV3r")
        #expect(person.email == nil)
        #expect(person != Person(contactID: "pv3R"))
    }

    @Test func addressThatStartsLikeAContactIDIsAnAddress() {
        #expect(Person(email: "contact:a@x.example")?.email == "contact:a@x.example")
    }

    @Test(arguments: ["jane@example.com", " A@B.example ", "ÄÖ@x.example"])
    func normalisingTwiceChangesNothing(email: String) throws {
        let once = try #require(Person(email: email))
        #expect(Person(email: once.rawValue) == once)
    }
}

@Suite struct Events {
    private let receipt = Timestamp(milliseconds: 10_000)

    private func occurredAt(_ action: Action, provider: Int64?, created: Int64?) -> Int64 {
        DecodedEvent(
            position: 0,
            action: action,
            payload: EventPayload(
                contact: ContactDetails(createdOn: created.map(Timestamp.init(milliseconds:))),
                providerTime: provider.map(Timestamp.init(milliseconds:))
            ),
            identity: .content,
            contentKey: ""
        )
        .occurredAt(receivedAt: receipt).milliseconds
    }

    @Test func timeIsTheProvidersThenCreatedOnForASubscribeThenTheReceipt() {
        #expect(occurredAt(.subscribe, provider: 5000, created: 1000) == 5000)
        #expect(occurredAt(.subscribe, provider: nil, created: 1000) == 1000)
        #expect(occurredAt(.unsubscribe, provider: nil, created: 1000) == 10_000)
        #expect(occurredAt(.subscribe, provider: nil, created: nil) == 10_000)
    }

    @Test func timeIsNeverLaterThanTheReceipt() {
        #expect(occurredAt(.open, provider: 99_000, created: nil) == 10_000)
        #expect(occurredAt(.subscribe, provider: nil, created: 99_000) == 10_000)
    }

    @Test func gapsAreFilledAndNothingIsReplaced() {
        let new = ContactDetails(email: "new@x.example", tags: [])
        let old = ContactDetails(contactID: "a", email: "old@x.example", name: "Jane", tags: ["x"], customFields: [:])
        #expect(
            new.filled(from: old)
                == ContactDetails(contactID: "a", email: "new@x.example", name: "Jane", tags: [], customFields: [:])
        )
    }
}
