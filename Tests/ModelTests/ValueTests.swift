import Foundation
import Model
import Testing

@Suite struct FieldValues {
    @Test func valuesSurviveJSON() throws {
        let values: [FieldValue] = ["text", "", true, false, .null, .number(3), .number(-2.5), "2026-04-21"]
        let data = try JSONEncoder().encode(values)
        #expect(String(decoding: data, as: UTF8.self) == #"["text","",true,false,null,3,-2.5,"2026-04-21"]"#)
        #expect(try JSONDecoder().decode([FieldValue].self, from: data) == values)
    }

    @Test func nullAndBlankTextAreEmpty() {
        #expect(FieldValue.null.isEmpty)
        #expect(FieldValue.string(" \n").isEmpty)
        #expect(!FieldValue.bool(false).isEmpty)
        #expect(!FieldValue.number(0).isEmpty)
    }
}

@Suite struct Effects {
    @Test func keySuffixTellsEffectsOfOneEventApart() {
        func suffix(_ kind: EffectKind, _ object: SalesforceObject, _ target: EffectIntent.Target) -> String {
            EffectIntent(kind: kind, object: object, target: target, fields: [:]).keySuffix
        }
        #expect(suffix(.leadUpsert, .lead, .externalID(field: "X__c", value: "a")) == "lead.upsert:Lead:key=a")
        #expect(suffix(.optOutLead, .lead, .record(id: "00Q1")) == "optout.lead:Lead:id=00Q1")
        #expect(suffix(.leadUpsert, .lead, .new) == "lead.upsert:Lead:new")
        #expect(EffectKind.allCases.filter(\.isOptOut) == [.optOutLead, .optOutContact])
    }
}

@Suite struct Lanes {
    @Test func smallerRunsFirst() {
        #expect(Lane.allCases.sorted() == [.compliance, .signal, .lead, .activity, .bulk])
        #expect(Lane.allCases.map(\.rawValue) == Array(0..<5))
    }
}

@Suite struct Texts {
    @Test func everythingButUnreservedBytesIsPercentEncoded() {
        #expect("a/b+c d'é".percentEncoded == "a%2Fb%2Bc%20d%27%C3%A9")
        #expect("A-z_0.~".percentEncoded == "A-z_0.~")
        #expect("..".percentEncoded == "%2E%2E")
        #expect("\n".percentEncoded == "%0A")
    }

    @Test func addressesAreTakenOutOfSentences() {
        let text = "Email: invalid address (jane@x.example), \"o'b@y.example\"."
        #expect(!text.withoutAddresses().contains("x.example"))
        #expect(text.withoutAddresses().contains("[address]"))
        #expect("no address".withoutAddresses() == "no address")
    }

    @Test func nounAgreesWithItsNumber() {
        #expect(1.counted("dead letter") == "1 dead letter")
        #expect(0.counted("dead letter") == "0 dead letters")
        #expect(2.counted("opt-out is", "opt-outs are") == "2 opt-outs are")
    }

    @Test func whiteSpaceOfAnyScriptIsTrimmed() {
        #expect("\u{3000}\u{A0} a b\n".trimmingWhitespace() == "a b")
        #expect(" \t".trimmingWhitespace() == "")
    }
}

@Suite struct ServiceURLs {
    @Test func httpsAndLoopbackAreAccepted() throws {
        #expect(try ServiceURL("https://api.getresponse.com/v3/").text == "https://api.getresponse.com/v3")
        #expect(try ServiceURL("http://127.0.0.1:8080").isLoopback)
        #expect(try ServiceURL("http://[::1]:8080/x").text == "http://[::1]:8080/x")
        #expect(try ServiceURL("http://localhost").isLoopback)
    }

    @Test(
        arguments: [
            ("", .notAbsolute), ("api.getresponse.com", .notAbsolute), ("ftp://x.example", .scheme),
            ("https://u:p@x.example", .credentials), ("https://x.example?a", .extraParts),
            ("https://x.example#a", .extraParts), ("http://x.example", .plainHTTP),
            ("http://127.0.0.1.x.example", .plainHTTP),
            ("http://1270.0.1", .plainHTTP),
        ] as [(String, ServiceURLFault)]
    )
    func anythingElseIsRefusedWithItsReason(text: String, fault: ServiceURLFault) {
        #expect(throws: fault) { try ServiceURL(text) }
    }
}
