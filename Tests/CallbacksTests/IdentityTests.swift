import Callbacks
import Model
import Testing

@Suite struct IdentityOfEvents {
    private func key(_ json: String) -> String? { Decoding.json(json).first?.contentKey }

    @Test func deliveryIDCountsWhereThereIsOne() {
        let events = Decoding.json("[\(Bodies.webhook("contact_removed_link")),5]", webhookID: " id-1 ")
        #expect(events.map(\.identity) == [.delivery(id: "id-1", position: 0), .delivery(id: "id-1", position: 1)])
    }

    @Test(arguments: ["contact_removed_link", "contact_removed_bounce"])
    func removalWithoutAnIDIsNeverADuplicate(type: String) {
        #expect(Decoding.json(Bodies.webhook(type)).first?.identity == .unique)
        #expect(Decoding.json(Bodies.webhook(type), webhookID: "  ").first?.identity == .unique)
    }

    @Test func anythingElseWithoutAnIDIsKnownByContent() {
        #expect(Decoding.json(Bodies.webhook("contact_added")).first?.identity == .content)
        #expect(Decoding.json("{").first?.identity == .content)
    }

    @Test func timesAreNoPartOfTheContent() {
        let later = Bodies.guideSubscribe.replacing("2026-04-21T09:15:00+0000", with: "2026-04-21T10:00:00+0000")
        #expect(key(later) == key(Bodies.guideSubscribe))
        let webhook = Bodies.webhook("contact_added")
        #expect(key(webhook.replacing("12:56", with: "12:57")) == key(webhook))
    }

    @Test func caseOfTheAddressAndOrderOfFieldsAreNoPartOfTheContent() {
        let shouted = Bodies.guideSubscribe.replacing("jane.doe@acme.example", with: " JANE.DOE@ACME.EXAMPLE ")
        #expect(key(shouted) == key(Bodies.guideSubscribe))
        let forward =
            #"{"action":"subscribe","contact":{"contactId":"a","tags":["x","y"],"customFields":{"a":"1","b":"2"}}}"#
        let backward =
            #"{"contact":{"customFields":{"b":"2","a":"1"},"tags":["y","x"],"contactId":"a"},"action":"subscribe"}"#
        #expect(key(forward) == key(backward))
    }

    @Test func everythingElseIsPartOfTheContent() {
        let contact = #"{"contactId":"a","email":"a@x.example","name":"A","campaign":{"campaignId":"L"}}"#
        let bodies = [
            #"{"action":"open","contact":\#(contact)}"#,
            #"{"action":"click","contact":\#(contact)}"#,
            #"{"action":"open","contact":\#(contact.replacing("\"a\"", with: "\"b\""))}"#,
            #"{"action":"open","contact":\#(contact.replacing("a@x", with: "b@x"))}"#,
            #"{"action":"open","contact":\#(contact.replacing("\"A\"", with: "\"B\""))}"#,
            #"{"action":"open","contact":\#(contact.replacing("\"L\"", with: "\"M\""))}"#,
            #"{"action":"open","contact":\#(contact),"message":{"resourceId":"1"}}"#,
            #"{"action":"open","contact":\#(contact),"message":{"name":"1"}}"#,
            #"{"action":"open","contact":\#(contact),"clickTrack":{"clickTrackId":"1"}}"#,
            #"{"action":"open","contact":\#(contact),"clickTrack":{"url":"1"}}"#,
            #"{"action":"open","contact":\#(contact),"tag":"1"}"#,
            #"{"action":"open","contact":\#(contact),"reason":"1"}"#,
            #"{"action":"open","contact":\#(contact),"previousEmail":"1@x.example"}"#,
            #"{"action":"open","contact":\#(contact),"tags":[]}"#,
            #"{"action":"open","contact":\#(contact),"tags":["1"]}"#,
            #"{"action":"open","contact":\#(contact),"tags":["1","1"]}"#,
            #"{"action":"open","contact":\#(contact),"customFields":[]}"#,
            #"{"action":"open","contact":\#(contact),"customFields":{"1":"2"}}"#,
            #"{"action":"open","contact":\#(contact),"customFields":{"1":["2","3"]}}"#,
            #"{"action":"survey","contact":\#(contact),"answer":1}"#,
            #"{"action":"survey","contact":\#(contact),"answer":2}"#,
        ]
        let keys = bodies.compactMap(key)
        #expect(keys.count == bodies.count)
        #expect(Set(keys).count == bodies.count)
        #expect(keys.allSatisfy { $0.count == 64 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test func neighbouringValuesDoNotRunTogether() {
        let first =
            #"{"action":"open","contact":{"contactId":"a","name":"bc"},"message":{"resourceId":"1","name":"23"}}"#
        let second =
            #"{"action":"open","contact":{"contactId":"ab","name":"c"},"message":{"resourceId":"12","name":"3"}}"#
        #expect(key(first) != key(second))
    }

    @Test func contentKeyDoesNotChangeBetweenVersions() {
        // The look-back for duplicates compares with what an earlier build stored.
        #expect(key(Bodies.guideSubscribe) == "4ff558203057da1f5278d947967837525c1c615e6c24da806637d19117cfd44c")
    }
}
