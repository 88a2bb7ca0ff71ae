import Callbacks
import Model
import Testing

@Suite struct GuideShape {
    @Test func subscribeOfTheGuideIsReadInWhole() throws {
        let events = Decoding.json(Bodies.guideSubscribe)
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(event.position == 0)
        #expect(event.action == .subscribe)
        #expect(event.identity == .content)
        #expect(event.failure == nil)
        #expect(
            event.payload
                == EventPayload(
                    contact: ContactDetails(
                        contactID: "xyz789abc",
                        email: "jane.doe@acme.example",
                        name: "Jane Doe",
                        listID: "abc123def",
                        listName: "Q2 2026 Nurture List",
                        createdOn: Timestamp(text: "2026-04-21T09:15:00Z"),
                        tags: ["webinar_registrant"],
                        customFields: ["company": ["Acme Corporation"], "job_title": ["VP of Engineering"]]
                    )
                )
        )
    }

    @Test func createdOnIsTheTimeOfASubscribeOnly() throws {
        let receipt = try #require(Timestamp(text: "2026-05-01T00:00:00Z"))
        let subscribe = try #require(Decoding.json(Bodies.guideSubscribe).first)
        #expect(subscribe.occurredAt(receivedAt: receipt) == Timestamp(text: "2026-04-21T09:15:00Z"))
        let unsubscribe = Bodies.guideSubscribe.replacing("\"subscribe\"", with: "\"unsubscribe\"")
        #expect(Decoding.json(unsubscribe).first?.occurredAt(receivedAt: receipt) == receipt)
    }

    @Test func unsubscribeHasItsReason() throws {
        let event = try #require(
            Decoding.json(#"{"action":"unsubscribe","reason":"bounce","contact":{"contactId":"a"}}"#).first
        )
        #expect(event.action == .unsubscribe)
        #expect(event.payload.reason == "unsubscribe")
    }

    @Test func tagIsReadAsTextOrObject() {
        for tag in [#""demo_watched""#, #"{"tagId":"t","name":"demo_watched"}"#] {
            let events = Decoding.json(#"{"action":"tag_applied","contact":{"contactId":"a"},"tag":\#(tag)}"#)
            #expect(events.map(\.action) == [.tagApplied])
            #expect(events.first?.payload.tag == "demo_watched")
        }
    }

    @Test func removalKeepsTheReasonThatItNames() {
        let events = Decoding.json(#"{"action":"removed","reason":"complaint","contact":{"email":"a@b.example"}}"#)
        #expect(events.map(\.action) == [.removed])
        #expect(events.first?.payload.reason == "complaint")
    }

    @Test(arguments: ["goal", "survey", "contacts_import_finished", "Something New"])
    func actionsThatMeanNothingKeepTheirName(name: String) {
        let events = Decoding.json(#"{"action":"\#(name)"}"#)
        #expect(events.map(\.action) == [Action(rawValue: name)])
        #expect(events.first?.failure == nil)
    }

    @Test(arguments: ["enrich", "unknown", "ENRICH"])
    func ourOwnActionsAreRefusedFromOutside(name: String) {
        let events = Decoding.json(#"{"action":"\#(name)","contact":{"contactId":"a"}}"#)
        #expect(events.map(\.action) == [.unknown])
        #expect(events.first?.failure != nil)
    }
}

@Suite struct CarriedOrNot {
    private func contact(_ members: String) -> ContactDetails? {
        Decoding.json(#"{"action":"subscribe","contact":{"contactId":"a"\#(members)}}"#).first?.payload.contact
    }

    @Test func whatIsMissingIsNilAndWhatIsEmptyIsEmpty() {
        #expect(contact("")?.tags == nil)
        #expect(contact("")?.customFields == nil)
        #expect(contact(#","tags":null,"customFields":null"#)?.tags == [])
        #expect(contact(#","tags":null,"customFields":null"#)?.customFields == [:])
        #expect(contact(#","tags":[],"customFieldValues":[]"#)?.customFields == [:])
        #expect(contact(#","tags":{},"customFieldValues":{}"#)?.customFields == [:])
    }

    @Test(arguments: ["", #","name":null"#, #","name":"""#, #","name":" \t ""#])
    func nameThatSaysNothingIsNil(members: String) {
        #expect(contact(members)?.name == nil)
    }

    @Test(
        arguments: [
            (#"[{"name":"company","value":["Acme"]}]"#, ["company": ["Acme"]]),
            (#"[{"name":"company","values":["Acme"]}]"#, ["company": ["Acme"]]),
            (#"[{"name":"company","value":["Acme"],"values":["Acme"]}]"#, ["company": ["Acme"]]),
            (#"[{"name":"company","value":[],"values":null}]"#, ["company": []]),
            (#"[{"name":"company","value":["Acme"],"values":[]}]"#, ["company": ["Acme"]]),
            (#"[{"name":"company","value":"Acme"}]"#, ["company": ["Acme"]]),
            (#"[{"name":"n","value":12345678901234567890}]"#, ["n": ["12345678901234567890"]]),
            (#"[{"name":"n","value":[true,false,null,{"x":1}]}]"#, ["n": ["true", "false"]]),
            (#"[{"name":"company"}]"#, ["company": []]),
            (#"[{"customFieldId":"cf1","value":"x"}]"#, ["cf1": ["x"]]),
            (#"[{"name":"a","value":"1"},{"name":"a","value":"2"}]"#, ["a": ["1", "2"]]),
            (#"{"company":"Acme","n":3}"#, ["company": ["Acme"], "n": ["3"]]),
            (#"{"0":{"name":"company","value":["Acme"]}}"#, ["company": ["Acme"]]),
            (#"["stray",null,7]"#, [:]),
            (#""stray""#, [:]),
        ]
    )
    func customFieldsAreReadInEverySpelling(json: String, expected: [String: [String]]) {
        #expect(contact(#","customFields":\#(json)"#)?.customFields == expected)
        #expect(contact(#","customFieldValues":\#(json)"#)?.customFields == expected)
    }

    @Test func bothSpellingsTogetherGiveEachFieldOnce() {
        let fields = contact(
            #","customFieldValues":[{"name":"company","value":[]}],"customFields":[{"name":"company","value":["Acme"]}]"#
        )
        #expect(fields?.customFields == ["company": ["Acme"]])
    }

    @Test func tagsAreReadAsObjectsAndText() {
        #expect(contact(#","tags":[{"name":"a"},"b",{"tagId":"c"},null,"",3]"#)?.tags == ["a", "b", "3"])
        #expect(contact(#","tags":"a, b,,c""#)?.tags == ["a", "b", "c"])
    }

    @Test func idsMayBeNumbers() {
        let events = Decoding.json(#"{"action":"subscribe","contact":{"contactId":900719925474099312345}}"#)
        #expect(events.first?.payload.contact.contactID == "900719925474099312345")
    }
}
