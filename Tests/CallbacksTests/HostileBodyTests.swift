import Callbacks
import Foundation
import Model
import Testing

@Suite(.timeLimit(.minutes(1))) struct HostileBodies {
    @Test(
        arguments: [
            "", " ", "{", "}", "[", "[]", "{}", "null", "true", "1", "\"x\"", "{}{}", "[,]", "{\"a\"}", "\u{0}",
            #"{"action":null,"contact":null}"#, #"{"action":{},"contact":[]}"#, #"{"action":"subscribe"}"#,
            #"{"action":"subscribe","contact":{}}"#, #"{"action":"subscribe","contact":"a"}"#,
            #"{"action":"subscribe","contact":{"contactId":null,"email":"no at sign"}}"#,
            #"{"action":"subscribe","contact":{"contactId":"  ","email":""}}"#,
            #"{"action":" ","contact":{"contactId":"a"}}"#, #"{"contact":{"contactId":"a"}}"#,
            #"{"type":"contact_removed_link","contacts":[]}"#, #"{"type":"contact_removed_link","contacts":"x"}"#,
            #"{"action":"subscribe","contact":{"contactId":{"$oid":"a"}}}"#, #"{"action":"\ud8"}"#, "{'action':'x'}",
            #"{"action":"subscribe",}"#, "<xml/>", "--boundary\r\nContent-Disposition: form-data", "action",
        ]
    )
    func whatCannotBeReadIsOneFailureWithASentence(body: String) throws {
        let events = Decoding.json(body)
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(event.action == .unknown)
        #expect(event.failure?.hasSuffix(".") == true)
    }

    @Test func whatIngestCalledMalformedStaysAFailure() {
        var callback = RawCallback(source: .getresponse, method: "POST", body: Data(Bodies.guideSubscribe.utf8))
        callback.isMalformed = true
        #expect(CallbackDecoder().decode(callback).map(\.action) == [.unknown])
        #expect(CallbackDecoder().decode(RawCallback(source: .getresponse, method: "GET")).map(\.action) == [.unknown])
    }

    @Test func failuresDifferByWhatWasReceived() {
        #expect(Decoding.json("{").first?.contentKey != Decoding.json("[").first?.contentKey)
        #expect(Decoding.json("{").first?.contentKey == Decoding.json("{").first?.contentKey)
    }

    @Test func failureKeepsWhatCouldBeRead() {
        let events = Decoding.json(#"{"contact":{"contactId":"a","name":"Jane"}}"#)
        #expect(events.first?.payload.contact.contactID == "a")
    }

    @Test(arguments: ["[", "{\"a\":", "{\"contact\":[", "[{\"contacts\":"])
    func nestingOfAnyDepthIsAnswered(opening: String) {
        let deep = String(repeating: opening, count: 200_000)
        #expect(Decoding.json(deep).map(\.action) == [.unknown])
        let closing = opening.reversed().compactMap { ["[": "]", "{": "}"][$0] }.joined()
        let closed = deep + "1" + String(repeating: closing, count: 200_000)
        #expect(Decoding.json(closed).map(\.action) == [.unknown])
    }

    @Test func optOutBesideADeepMemberIsRead() {
        let deep = String(repeating: "[", count: 400) + #""]\"]""# + String(repeating: "]", count: 400)
        let events = Decoding.json(
            #"{"deep":\#(deep),"action":"unsubscribe","contact":{"contactId":"a","x":\#(deep)}}"#
        )
        #expect(events.map(\.action) == [.unsubscribe])
    }

    @Test func hugeStringsAreRead() {
        let name = String(repeating: "a\u{301}", count: 200_000)
        let events = Decoding.json(#"{"action":"subscribe","contact":{"contactId":"a","name":"\#(name)"}}"#)
        #expect(events.first?.payload.contact.name == name)
        #expect(Decoding.json(#"{"action":"\#(name)","contact":{"contactId":"a"}}"#).map(\.action) == [.unknown])
    }

    @Test
    func manyContactsUnderOneLargeElementTakeNoLongerThanTheirBytes() {
        let contacts = Array(repeating: #"{"name":"x"}"#, count: 30_000).joined(separator: ",")
        let fields = Array(repeating: #"{"name":"f","value":"v"}"#, count: 20_000).joined(separator: ",")
        let events = Decoding.json(#"{"type":"contact_added","customFields":[\#(fields)],"contacts":[\#(contacts)]}"#)
        #expect(events.count == 30_000)
    }

    @Test func invalidUTF8IsAFailureInJSONAndRepairedInAForm() {
        let json =
            Data(#"{"action":"subscribe","contact":{"contactId":"a","name":""#.utf8) + [0xC3, 0x28] + Data("\"}}".utf8)
        let callback = RawCallback(source: .getresponse, method: "POST", contentType: "application/json", body: json)
        #expect(CallbackDecoder().decode(callback).map(\.action) == [.unknown])
        let form = Data("action=unsubscribe&CONTACT_ID=a&contact_name=".utf8) + [0xC3, 0x28]
        let posted = RawCallback(
            source: .getresponse,
            method: "POST",
            contentType: "application/x-www-form-urlencoded",
            body: form
        )
        #expect(CallbackDecoder().decode(posted).map(\.action) == [.unsubscribe])
    }

    @Test func theLastOfTwoMembersWithOneNameCounts() {
        let events = Decoding.json(
            #"{"action":"open","action":"unsubscribe","contact":{"contactId":"a","contactId":"b"}}"#
        )
        #expect(events.map(\.action) == [.unsubscribe])
        #expect(events.first?.payload.contact.contactID == "b")
    }

    @Test func escapesAndSurrogatesAreRead() {
        let events = Decoding.json(
            #"{"action":"subscribe","contact":{"contactId":"a","name":"\u004a\u00fc\ud83d\ude00\ud800x\udc00\/\\\"\n\u0000!"}}"#
        )
        #expect(events.first?.payload.contact.name == "Jü😀\u{FFFD}x\u{FFFD}/\\\"\n!")
    }

    @Test func byteOrderMarkIsSkipped() {
        let callback = RawCallback(
            source: .getresponse,
            method: "POST",
            body: Data([0xEF, 0xBB, 0xBF]) + Data(Bodies.guideSubscribe.utf8)
        )
        #expect(CallbackDecoder().decode(callback) == Decoding.json(Bodies.guideSubscribe))
    }
}
