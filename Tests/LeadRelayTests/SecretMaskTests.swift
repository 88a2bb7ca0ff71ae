import Foundation
import Journal
import Testing

@testable import leadrelay

@Suite("Secrets in what is printed")
struct SecretMaskTests {
    private let mask = SecretMask(secrets: ["k3y+/of=us", "abc"])

    @Test(
        arguments: [
            (#"{"token":"t\"op","a":1}"#, #"{"token":"***","a":1}"#),
            (#"{"X-Auth-Token" : "api-key 123"}"#, #"{"X-Auth-Token" : "***"}"#),
            (#"{"access_token":"00D!AQ","id":"x"}"#, #"{"access_token":"***","id":"x"}"#),
            (#"{"apiKey":"123"}"#, #"{"apiKey":"***"}"#),
            ("https://x.example/?a=1&token=sesame&b=2", "https://x.example/?a=1&token=***&b=2"),
            ("grant_type=password&client_secret=s&password=p", "grant_type=password&client_secret=***&password=***"),
            ("Authorization: Bearer 00D5e!AQEAQ.x_y", "Authorization: ***"),
            ("the header X-Auth-Token: api-key 77cc was refused", "the header X-Auth-Token: *** was refused"),
            ("refused api-key 77cc0aa1", "refused api-key ***"),
            ("Api-Key: 77cc", "Api-Key: ***"),
            ("refused Bearer 00D5e000000001!AQEAQ", "refused Bearer ***"),
        ]
    )
    func whatIsNamedLikeASecretIsCovered(text: String, covered: String) {
        #expect(mask.text(text) == covered)
    }

    @Test func secretsOfTheSettingsAreCoveredWhereverTheyStand() {
        #expect(mask.text("path /webhooks/k3y+/of=us/x") == "path /webhooks/***/x")
        #expect(mask.text("to=k3y%2B%2Fof%3Dus") == "to=***")
        #expect(mask.text("abc is too short to be one") == "abc is too short to be one")
    }

    @Test(
        arguments: [
            #"{"action":"subscribe","contact":{"email":"jane@example.com","tags":["token_ring"]}}"#,
            "UNABLE_TO_LOCK_ROW: unable to obtain exclusive access", "The session expired; the password is changed.",
            "The api-key was refused, mend getresponse.apiKey.",
        ]
    )
    func otherTextStays(text: String) {
        #expect(mask.text(text) == text)
    }

    @Test func coveredDocumentIsStillJSON() throws {
        let payload =
            #"{"contact":{"customFields":{"token":["k3y+/of=us"]}},"link":{"url":"https://x/?api_key=1\u0026b"}}"#
        let covered = mask.text(payload)
        #expect(!covered.contains("k3y"))
        _ = try JSONSerialization.jsonObject(with: Data(covered.utf8))
    }

    @Test func storyIsTheSameForScripts() throws {
        let story = EventStory(
            sections: [
                (
                    "event",
                    [row(["id", "opt_out", "payload", "last_error"], [.integer(1), .integer(0), .text("{}"), .null])]
                ),
                ("callback", [row(["state", "body"], [.text("erased"), .text("token=sesame")])]),
                ("attempt", [row(["started_at"], [.integer(5)])]),
                ("effect", [row(["planned_at", "fields"], [.integer(6), .text(#"{"City":"Łódź"}"#)])]),
                ("decision", [row(["decided_at", "decision"], [.integer(3), .text("replayed")])]),
            ],
            mask: mask
        )
        let json = try #require(try JSONSerialization.jsonObject(with: Data(story.json.utf8)) as? [String: Any])
        #expect(Set(json.keys) == ["event", "callbacks", "attempts", "effects", "requests", "decisions"])
        let event = try #require(json["event"] as? [String: Any])
        #expect(event["opt_out"] as? Bool == false)
        #expect(event["payload"] as? [String: Int] == [:])
        #expect(event["last_error"] is NSNull)
        let effects = try #require(json["effects"] as? [[String: Any]])
        #expect(effects.first?["fields"] as? [String: String] == ["City": "Łódź"])
        #expect((json["requests"] as? [Any])?.isEmpty == true)
        #expect(!story.json.contains("sesame") && !story.text.contains("sesame"))
        let order = story.text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix(" ") }
        #expect(order == ["event", "callback", "decision", "attempt", "effect"])
        #expect(story.text.contains("Its contents were erased"))
    }

    private func row(_ columns: [String], _ cells: [Cell]) -> TableRow {
        TableRow(columns: columns, cells: cells)
    }
}
