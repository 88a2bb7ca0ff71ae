import Callbacks
import Foundation
import Model
import Testing

@Suite struct WebhookShape {
    @Test(
        arguments: [
            ("contact_added", Action.subscribe, nil),
            ("contact_removed_link", .unsubscribe, "unsubscribe"),
            ("contact_removed_bounce", .removed, "bounce"),
            ("contact_removed_complaint", .removed, "complaint"),
            ("contact_opened_message", .open, nil),
            ("contact_clicked_message_link", .click, nil),
            ("contact_email_changed", .emailChanged, nil),
            ("contact_custom_field_changed", .customFieldChanged, nil),
            ("contact_clicked_sms_link", Action(rawValue: "contact_clicked_sms_link"), nil),
            ("contact_moved", Action(rawValue: "contact_moved"), nil),
        ] as [(String, Action, String?)]
    )
    func typesBecomeActions(type: String, action: Action, reason: String?) throws {
        let event = try #require(Decoding.json(Bodies.webhook(type)).first)
        #expect(event.action == action)
        #expect(event.payload.reason == reason)
        #expect(event.payload.contact.contactID == "abc1")
        #expect(event.payload.contact.email == "Jane@Example.com")
        #expect(event.payload.contact.name == nil)
        #expect(event.payload.contact.listID == "bcd2")
        #expect(event.payload.contact.tags == nil)
        #expect(event.payload.contact.customFields == nil)
        #expect(event.payload.providerTime == Timestamp(text: "2026-04-27T12:56:00Z"))
    }

    @Test func openNamesItsMessage() {
        let message =
            #", "message": {"resourceType":"autoresponders","resourceId":"cde3","name":"june","subject":"June"}"#
        let events = Decoding.json(Bodies.webhook("contact_opened_message", extra: message))
        #expect(events.first?.payload.message == EventPayload.Message(id: "cde3", name: "june", subject: "June"))
        #expect(events.first?.payload.link == nil)
    }

    @Test func clickNamesItsLink() {
        let track = """
            , "message": {"resourceId":"cde3"}, "clickTrack": {"clickTrackId":"L1","name":"Pricing",
            "href":"https://api.getresponse.com/v3/click-tracks/L1","url":"https://example.com/pricing"}
            """
        let events = Decoding.json(Bodies.webhook("contact_clicked_message_link", extra: track))
        #expect(
            events.first?.payload.link
                == EventPayload.Link(id: "L1", name: "Pricing", url: "https://example.com/pricing")
        )
    }

    @Test(
        arguments: [
            #""contact":{"contactId":"a","email":"new@x.example","previousEmail":"old@x.example"}"#,
            #""contact":{"contactId":"a","email":"new@x.example"},"previousEmail":"old@x.example""#,
            #""contact":{"contactId":"a","email":"new@x.example","previous":{"email":"old@x.example"}}"#,
            #""contact":{"contactId":"a","email":"new@x.example"},"event":{"oldEmail":"old@x.example"}"#,
        ]
    )
    func previousAddressIsFoundWhereverItIs(members: String) {
        let events = Decoding.json("{\"type\":\"contact_email_changed\",\(members)}")
        #expect(events.map(\.action) == [.emailChanged])
        #expect(events.first?.payload.previousEmail == "old@x.example")
        #expect(events.first?.payload.contact.email == "new@x.example")
    }

    @Test func arrayGivesOneEventForEachElementAlsoBeyondAHundred() {
        let bodies = (0..<150).map { Bodies.webhook("contact_added", contactID: "c\($0)") }
        let events = Decoding.json("[\(bodies.joined(separator: ","))]", webhookID: "w")
        #expect(events.map(\.payload.contact.contactID) == (0..<150).map { "c\($0)" })
        #expect(events.map(\.identity) == (0..<150).map { .delivery(id: "w", position: $0) })
    }

    @Test func onlyTheBadElementOfAnArrayFails() {
        let good = Bodies.webhook("contact_added")
        let events = Decoding.json("[\(good),7,null,[\(good)],{\"type\":\"contact_removed_link\"},\(good)]")
        #expect(events.map(\.action) == [.subscribe, .unknown, .unknown, .unknown, .unknown, .subscribe])
        #expect(events.map { $0.failure == nil } == [true, false, false, false, false, true])
        #expect(events.map(\.position) == Array(0..<6))
    }

    @Test func severalContactsOfOneElementAreSeveralEvents() {
        let events = Decoding.json(
            #"[{"type":"contact_removed_link","contacts":[{"contactId":"a"},{"email":"b@x.example"},{}]},"#
                + #"{"type":"contact_removed_link","contacts":{"contactId":"d"}}]"#,
            webhookID: "w"
        )
        #expect(events.map(\.action) == [.unsubscribe, .unsubscribe, .unknown, .unsubscribe])
        #expect(events.map(\.identity) == (0..<4).map { .delivery(id: "w", position: $0) })
    }

    @Test func headerStandsInForAMissingType() {
        let events = CallbackDecoder().decode(
            RawCallback(
                source: .getresponse,
                method: "POST",
                webhookType: "contact_removed_link",
                body: Data(#"{"contact":{"contactId":"a"}}"#.utf8)
            )
        )
        #expect(events.map(\.action) == [.unsubscribe])
    }

    @Test func timeThatCannotBeReadIsNone() {
        let text = Bodies.webhook("contact_added").replacing("2026-04-27T12:56:00+00:00", with: "yesterday")
        #expect(Decoding.json(text).first?.payload.providerTime == nil)
        #expect(Decoding.json(text).first?.action == .subscribe)
    }
}
