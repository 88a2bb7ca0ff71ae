import Callbacks
import Foundation
import Model
import Testing

@Suite struct ParameterCallbacks {
    @Test func subscribeInTheQueryIsReadInWhole() throws {
        let event = try #require(Decoding.query(Bodies.subscribeQuery).first)
        #expect(event.action == .subscribe)
        #expect(
            event.payload
                == EventPayload(
                    contact: ContactDetails(
                        contactID: "pV3r",
                        email: "jane@example.com",
                        name: "Jane Doe",
                        listID: "p86zQ",
                        listName: "q2_nurture",
                        origin: "www"
                    )
                )
        )
    }

    @Test func formSaysTheSameAsTheQuery() {
        #expect(Decoding.form(Bodies.subscribeQuery) == Decoding.query(Bodies.subscribeQuery))
        let lowercased = Bodies.subscribeQuery.replacing("CONTACT_ID", with: "contact_id").replacing(
            "action",
            with: "Action"
        )
        #expect(Decoding.query(lowercased) == Decoding.query(Bodies.subscribeQuery))
    }

    @Test func queryAndFormFillEachOther() {
        let events = Decoding.form("CONTACT_ID=pV3r&action=", query: "action=unsubscribe&CONTACT_ID=")
        #expect(events.map(\.action) == [.unsubscribe])
        #expect(events.first?.payload.contact.contactID == "pV3r")
    }

    @Test func clickNamesMessageAndLink() {
        let payload = Decoding.query(
            "action=click&MESSAGE_ID=oY2n&message_name=June+news&message_subject=Hello%21&LINK_ID=62WrE"
                + "&link_url=https%3A%2F%2Fexample.com%2Fpricing%3Fa%3D1%26b&CONTACT_ID=pV3r&contact_email=jane%40example.com"
        )
        .first?.payload
        #expect(payload?.message == EventPayload.Message(id: "oY2n", name: "June news", subject: "Hello!"))
        #expect(payload?.link == EventPayload.Link(id: "62WrE", url: "https://example.com/pricing?a=1&b"))
        #expect(payload?.providerTime == nil)
    }

    @Test(
        arguments: [
            ("contact_name=J%C3%BCrgen+M%c3%bcller", "Jürgen Müller"),
            ("contact_name=100%", "100%"),
            ("contact_name=%4", "%4"),
            ("contact_name=%zz%41", "%zzA"),
            ("contact_name=a%00b", "ab"),
            ("contact_name=%FF", "\u{FFFD}"),
            ("contact_name=a=b", "a=b"),
            ("contact_name=&contact_name=second", "second"),
            ("contact%5Fname=x", "x"),
            ("&&=&contact_name=x&&", "x"),
        ]
    )
    func encodingIsReadAsFarAsItGoes(query: String, name: String) {
        #expect(Decoding.query("action=subscribe&CONTACT_ID=a&" + query).first?.payload.contact.name == name)
    }

    @Test func jsonUnderAFormsContentTypeIsJSON() {
        #expect(Decoding.form(Bodies.guideSubscribe) == Decoding.json(Bodies.guideSubscribe))
    }

    @Test func formWithoutAContentTypeIsAForm() {
        let callback = RawCallback(source: .getresponse, method: "POST", body: Data(Bodies.subscribeQuery.utf8))
        #expect(CallbackDecoder().decode(callback) == Decoding.query(Bodies.subscribeQuery))
    }

    @Test func queryCountsWhereTheJSONSaysNothing() {
        for body in ["{}", "[]", "null"] {
            let callback = RawCallback(
                source: .getresponse,
                method: "POST",
                query: Bodies.subscribeQuery,
                contentType: "application/json",
                body: Data(body.utf8)
            )
            #expect(CallbackDecoder().decode(callback) == Decoding.query(Bodies.subscribeQuery))
        }
    }
}

@Suite struct ZapierBodies {
    private let expected = EventPayload(
        contact: ContactDetails(
            contactID: "pV3r",
            email: "jane@example.com",
            name: "Jane Doe",
            listID: "L1",
            listName: "Nurture",
            createdOn: Timestamp(text: "2026-04-21T09:15:00Z")
        )
    )

    @Test(
        arguments: [
            """
            {"event":"new_contact","contact_id":"pV3r","contact_email":"jane@example.com","contact_name":"Jane Doe",
            "contact_list_id":"L1","contact_list_name":"Nurture","created_on":"2026-04-21T09:15:00+0000"}
            """,
            """
            {"Event":"New Contact","Contact ID":"pV3r","Contact Email":"jane@example.com","CONTACT NAME":"Jane Doe",
            "Contact List ID":"L1","contact list_name":"Nurture","Created On":"2026-04-21T09:15:00Z"}
            """,
        ]
    )
    func keysAreAlikeInAnyCaseAndWithSpaces(body: String) {
        let events = Decoding.json(body, source: .zapier)
        #expect(events.map(\.action) == [.subscribe])
        #expect(events.first?.payload == expected)
    }

    @Test func formIsReadLikeJSON() {
        let events = Decoding.form(
            "Event=new_contact&Contact+ID=pV3r&contact_email=jane%40example.com&contact_name=Jane+Doe&contact_list_id=L1"
                + "&Contact%20List%20Name=Nurture&created_on=2026-04-21T09%3A15%3A00Z",
            source: .zapier
        )
        #expect(events.map(\.action) == [.subscribe])
        #expect(events.first?.payload == expected)
    }

    @Test(arguments: ["contact_unsubscribed", "Contact Unsubscribed", "CONTACT-UNSUBSCRIBED"])
    func unsubscribeNeedsOnlyAnAddress(event: String) throws {
        let body = #"{"event":"\#(event)","contact_email":"jane@example.com","contact_id":"","contact_name":null}"#
        let decoded = try #require(Decoding.json(body, source: .zapier).first)
        #expect(decoded.action == .unsubscribe)
        #expect(decoded.identity == .unique)
        #expect(decoded.payload.reason == "unsubscribe")
        #expect(decoded.payload.contact == ContactDetails(email: "jane@example.com"))
    }

    @Test func flatBodyFromAnotherSourceIsNotUnderstood() {
        let events = Decoding.json(#"{"event":"new_contact","contact_email":"jane@example.com"}"#)
        #expect(events.map(\.action) == [.unknown])
    }

    @Test func otherShapesAreReadFromZapierToo() {
        #expect(Decoding.json(Bodies.guideSubscribe, source: .zapier) == Decoding.json(Bodies.guideSubscribe))
        let webhook = Bodies.webhook("contact_added")
        #expect(Decoding.json(webhook, source: .zapier) == Decoding.json(webhook))
        #expect(Decoding.query(Bodies.subscribeQuery, source: .zapier) == Decoding.query(Bodies.subscribeQuery))
    }
}
