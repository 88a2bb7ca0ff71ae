import Foundation
import Testing

@testable import Journal

@Suite("Where somebody is mentioned")
struct PersonMentionTests {
    private static let ann = PersonMention(addresses: ["ann.lee+x@example.com"])

    @Test(arguments: [
        "ann.lee+x@example.com",
        "<Ann.Lee+X@Example.COM>",
        #"{"email":"ann.lee+x@example.com"}"#,
        #"{"email":"ann.lee+x\u0040example.com"}"#,
        #"{"note":"Hello\nann.lee+x@example.com\n"}"#,
        #"{"e":"\u0041nn.lee\u002bx@example.com"}"#,
        "contact_email=Ann.Lee%2Bx%40example.com&action=open",
        "link=https%3A%2F%2Fx.example%2F%3Fe%3Dann.lee%252Bx%2540example.com",
        "name=+ann.lee%2bx%40example.com",
        "It ended with ann.lee+x@example.com.",
        #"<a href="mailto:ann.lee+x@example.com">"#,
    ])
    func isFoundHoweverItIsWritten(text: String) throws {
        #expect(Self.ann.isIn(text))
        let redacted = try #require(Self.ann.redacted(text))
        #expect(redacted.contains("(erased)"))
        #expect(!Self.ann.isIn(redacted))
        #expect(!redacted.lowercased().contains("ann.lee"))
    }

    @Test(arguments: [
        "joann.lee+x@example.com", "ann.lee+x@example.com.au", "ann.lee@example.com", "my-ann.lee+x@example.com",
        "ann.lee+x@example.co", "a+ann.lee+x@example.com", "", "@", "%", "%4", #"\u00"#, "ann.lee+x@",
    ])
    func somebodyElseIsNot(text: String) {
        #expect(!Self.ann.isIn(text))
        #expect(Self.ann.redacted(text) == nil)
    }

    @Test func onlyTheAddressGoesAndJSONStaysJSON() throws {
        let text = #"{"a":"1 \"ann.lee+x\u0040example.com\" 2","b":["ANN.LEE+X@EXAMPLE.COM","bob@example.com"]}"#
        let redacted = try #require(Self.ann.redacted(text))
        #expect(redacted == #"{"a":"1 \"(erased)\" 2","b":["(erased)","bob@example.com"]}"#)
        #expect((try? JSONSerialization.jsonObject(with: Data(redacted.utf8))) != nil)
    }

    @Test func otherScriptsAreFoundInEitherCase() {
        let mention = PersonMention(addresses: ["jürgen@bücher.example"])
        #expect(mention.isIn("JÜRGEN@BÜCHER.EXAMPLE"))
        #expect(mention.isIn("jürgen@bücher.example"))
        #expect(mention.isIn("j%C3%BCrgen%40b%C3%BCcher.example"))
        #expect(mention.isIn(#"j\u00fcrgen@b\u00FCcher.example"#))
    }

    @Test func inPagesColumnsStandSideBySide() {
        let text = "subscribeann.lee+x@example.comgetresponse"
        #expect(!Self.ann.isIn(text))
        #expect(PersonMention(addresses: ["ann.lee+x@example.com"], checksNeighbours: false).isIn(text))
    }
}
